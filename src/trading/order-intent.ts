/** The order that an evaluation asks for, and what it reserves. */
import { formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { cashToReserve } from '../rules/reservation';
import type { RuleSettings } from '../rules/settings';
import type { EvaluationData } from '../contracts/evaluation';
import type { OrderIntent } from '../contracts/order';
import type { PositionCommandBody } from '../contracts/position';
import { freeCash, type OpenPositionState } from './position.state';

/** The order that an evaluation asks for. */
export function intentOf(
  data: EvaluationData,
  position: OpenPositionState,
  settings: RuleSettings,
  orderId: string,
  dedupe: string,
): OrderIntent {
  const { instrument_id, symbol, exchange, currency, account_id, portfolio_id, strategy_id, strategy_version } = position;
  return {
    order_id: orderId,
    client_order_id: orderId,
    position_id: data.position_id,
    portfolio_id,
    account_id,
    instrument_id,
    symbol,
    exchange,
    currency,
    strategy_id,
    strategy_version,
    action: data.trigger_decision === 'BUY' ? 'BUY' : 'SELL',
    order_type: 'MARKET',
    time_in_force: 'DAY',
    qty: data.qty ?? '0',
    qty_step: data.position.qty_step,
    limit_price: null,
    stop_price: null,
    price_policy: data.price_policy,
    evaluation_price: data.price_effective ?? '0',
    commission_rate_snapshot: formatAmount(settings.commission_rate),
    commission_estimated: data.deltas?.commission ?? '0',
    max_drift_bps: formatAmount(settings.max_drift_bps),
    dedupe_key: data.tick_id === null ? dedupe : `${data.tick_id}:${data.position_id}`,
    tick_id: data.tick_id,
    reason: data.reason,
  };
}

/** What the intent holds back of the position. */
export function reservationOf(intent: OrderIntent, position: OpenPositionState, settings: RuleSettings): PositionCommandBody {
  const qty = parseAmount(intent.qty);
  const cash = intent.action === 'BUY' ? cashToReserve(qty, parseAmount(intent.evaluation_price), settings, freeCash(position)) : ZERO;
  return {
    type: 'ReserveForOrder',
    data: {
      order_id: intent.order_id,
      side: intent.action,
      qty: intent.qty,
      cash: formatAmount(cash),
      manual: false,
      short_selling: settings.short_selling,
    },
  };
}
