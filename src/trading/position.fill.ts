/** What one fill does to a position. It is booked whatever it breaks: it happened. */
import { type Amount, formatAmount, formatOptional, minus, negate, parseAmount, plus } from '../kernel/amount';
import { add, compare, exact, multiply, percent } from '../kernel/exact';
import { applyFill } from '../rules/cost-basis';
import type { PositionCommandBody, PositionEvent } from '../contracts/position';
import type { OpenPositionState } from './position.state';

type BookFillData = Extract<PositionCommandBody, { type: 'BookFill' }>['data'];

export function bookFill(state: OpenPositionState, data: BookFillData): readonly PositionEvent[] {
  const { limits, ...booking } = data;
  const qty = parseAmount(data.executed_qty);
  const price = parseAmount(data.executed_price);
  const notional = parseAmount(data.notional);
  const commission = parseAmount(data.commission);
  const basis = applyFill(state, data.side, qty, price);
  const cashDelta = minus(data.side === 'BUY' ? negate(notional) : notional, commission);
  const cash = plus(state.cash, cashDelta);
  const anchor =
    data.order_done && data.order_price !== null && state.status !== 'CLOSED' ? parseAmount(data.order_price) : state.anchor_price;
  const today = state.day?.date === data.day ? state.day : null;
  const counted = state.reservation?.order_id === data.order_id && state.reservation.counted && today !== null;
  const updated: PositionEvent = {
    type: 'PositionUpdated',
    data: {
      ...booking,
      cash_account: state.cash_account,
      currency: state.currency,
      reason: 'FILL',
      cash_delta: formatAmount(cashDelta),
      qty: formatAmount(basis.qty),
      cash: formatAmount(cash),
      anchor_price: formatOptional(anchor),
      avg_cost: formatAmount(basis.avg_cost),
      realized_delta: formatAmount(minus(basis.realized_pnl, state.realized_pnl)),
      realized_pnl: formatAmount(basis.realized_pnl),
      total_commission_paid: formatAmount(plus(state.total_commission_paid, commission)),
      day_orders: (today?.orders ?? 0) + (counted ? 0 : 1),
      day_notional: formatAmount(plus(today?.notional ?? (0n as Amount), notional)),
    },
  };
  const breach = limits ? breachOf(state, data, limits, { qty: basis.qty, cash, price }) : null;
  return breach ? [updated, breach] : [updated];
}

/** The share of stock after the fill against the guardrail on the fill's side, exactly; null where it holds. */
function breachOf(
  state: OpenPositionState,
  data: BookFillData,
  limits: NonNullable<BookFillData['limits']>,
  after: { readonly qty: Amount; readonly cash: Amount; readonly price: Amount },
): PositionEvent | null {
  const stock = multiply(exact(after.qty), exact(after.price));
  const value = add(stock, add(exact(after.cash), exact(state.dividend_receivable)));
  const buying = data.side === 'BUY';
  const limitText = buying ? limits.max_stock_pct : limits.min_stock_pct;
  const limit = multiply(percent(parseAmount(limitText)), value);
  const beyond = buying ? compare(stock, limit) > 0n : compare(stock, limit) < 0n;
  if (!beyond) return null;
  return {
    type: 'GuardrailBreached',
    data: {
      order_id: data.order_id,
      trade_id: data.trade_id,
      guardrail: buying ? 'max_stock_pct' : 'min_stock_pct',
      limit: limitText,
      actual: percentText(stock.n * value.d, stock.d * value.n),
    },
  };
}

/** `n / d` in percent, cut to 8 places: for reading, the comparison was exact. Nothing left to divide by counts as all stock. */
const percentText = (n: bigint, d: bigint): string => (d <= 0n ? '100' : formatAmount(((n * 10_000_000_000n) / d) as Amount));
