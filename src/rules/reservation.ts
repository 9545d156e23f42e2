/** What a queued BUY holds back until its order ends. */
import { type Amount, min, SCALE } from '../kernel/amount';

export interface ReservationSettings {
  readonly max_drift_bps: Amount;
  readonly slippage_bps: Amount;
  readonly commission_rate: Amount;
}

/**
 * `qty × price × (1 + drift limit + slippage)` with commission, rounded up to 8 places, and never more than is free:
 * the worker cuts the quantity to what the cash pays at the fresh price.
 */
export function cashToReserve(qty: Amount, price: Amount, settings: ReservationSettings, free: Amount): Amount {
  const points = SCALE * 10_000n;
  const numerator = qty * price * (points + settings.max_drift_bps + settings.slippage_bps) * (SCALE + settings.commission_rate);
  const denominator = SCALE * points * SCALE;
  return min(free, ((numerator + denominator - 1n) / denominator) as Amount);
}
