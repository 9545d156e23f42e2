/** What one fill does to a position. It is booked whatever it breaks: it happened. */
import {
  abs,
  type Amount,
  formatAmount,
  formatOptional,
  minus,
  negate,
  parseAmount,
  parseOptional,
  plus,
  SCALE,
  ZERO,
} from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import { add, compare, exact, multiply, percent, roundHalfEven } from '../kernel/exact';
import { carryShares } from '../rules/action-ledger';
import { applyFill, type CostBasis } from '../rules/cost-basis';
import type { PositionCommandBody, PositionEvent } from '../contracts/position';
import { evolveAction } from './position.action-evolve';
import { anchorOr, movesAnchor } from './position.anchor';
import { adjustments } from './position.split';
import type { OpenPositionState } from './position.state';

type BookFillData = Extract<PositionCommandBody, { type: 'BookFill' }>['data'];

/**
 * A fill from before a corporate action that was applied already counts in today's shares, and what the actions came to is corrected
 * in the same append.
 */
export function bookFill(state: OpenPositionState, data: BookFillData, at: Instant): readonly PositionEvent[] {
  const { limits, step, ...booking } = data;
  const qty = parseAmount(data.executed_qty);
  const price = parseAmount(data.executed_price);
  const notional = parseAmount(data.notional);
  const commission = parseAmount(data.commission);
  const signed = data.side === 'BUY' ? qty : negate(qty);
  const carried = carryShares(state.actions, { at, qty: signed, after: null }, parseAmount(step));
  const basis = basisAfter(state, data.side, { signed, today: carried.qty, price });
  const cashDelta = minus(data.side === 'BUY' ? negate(notional) : notional, commission);
  const cash = plus(state.cash, cashDelta);
  const completed = data.order_done && data.order_price !== null && movesAnchor(state, at) ? parseAmount(data.order_price) : null;
  const base = completed === null ? state.anchor_base : { price: completed, at };
  const anchor = completed === null && carried.qty === signed ? state.anchor_price : anchorOr(base, carried.entries, state.anchor_price);
  const today = state.day?.date === data.day ? state.day : null;
  const counted = state.reservation?.order_id === data.order_id && state.reservation.counted && today !== null;
  const updated: Extract<PositionEvent, { type: 'PositionUpdated' }> = {
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
      ...(carried.qty === signed ? {} : { restated_qty: formatAmount(carried.qty) }),
    },
  };
  const breach = limits ? breachOf(state, data, limits, { qty: basis.qty, cash, price }) : null;
  const corrected = state.actions.length === 0 ? [] : corrections({ ...state, anchor_base: base }, updated.data, carried.entries);
  return breach ? [updated, breach, ...corrected] : [updated, ...corrected];
}

/** What the fill changes of actions that were applied before it was known. */
function corrections(
  state: OpenPositionState,
  { qty, cash, avg_cost, anchor_price, realized_pnl }: UpdatedData,
  entries: OpenPositionState['actions'],
): readonly PositionEvent[] {
  const after = {
    qty: parseAmount(qty),
    cash: parseAmount(cash),
    avg_cost: parseAmount(avg_cost),
    realized_pnl: parseAmount(realized_pnl),
  };
  return adjustments({ ...state, ...after, anchor_price: parseOptional(anchor_price) }, entries, 'LATE_FILL', evolveAction);
}

type UpdatedData = Extract<PositionEvent, { type: 'PositionUpdated' }>['data'];

/** The cost of what was traded, spread over what it is today. */
function basisAfter(
  state: OpenPositionState,
  side: BookFillData['side'],
  { signed, today, price }: { readonly signed: Amount; readonly today: Amount; readonly price: Amount },
): CostBasis {
  if (today === signed) return applyFill(state, side, abs(signed), price);
  if (today === ZERO) return state;
  return applyFill(state, side, abs(today), roundHalfEven({ n: price * abs(signed), d: abs(today) * SCALE }));
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
