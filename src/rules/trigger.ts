/** Whether a price is far enough from the anchor to trade. Bounds are included and compared as integers, never by a rounded quotient. */
import { type Amount, SCALE } from '../kernel/amount';

export type Side = 'BUY' | 'SELL';

export interface TriggerSettings {
  /** Percent above the anchor, > 0. */
  readonly up_threshold_pct: Amount;
  /** Percent below the anchor, > 0 and < 100. */
  readonly down_threshold_pct: Amount;
}

export type TriggerReason = 'NO_ANCHOR' | 'NO_TRIGGER' | 'TRIGGER_BUY' | 'TRIGGER_SELL';

export interface TriggerDecision {
  readonly decision: 'NONE' | Side;
  readonly reason: TriggerReason;
}

/** Prices in units of 1e-8; plain integers, since the upper one may exceed the largest amount. */
export interface TriggerBounds {
  /** SELL at this price and above. */
  readonly least_sell: bigint;
  /** BUY at this price and below; zero where no price is low enough. */
  readonly greatest_buy: bigint;
}

const HUNDRED_PERCENT = 100n * SCALE;

const NO_ANCHOR: TriggerDecision = Object.freeze({ decision: 'NONE', reason: 'NO_ANCHOR' });
const NO_TRIGGER: TriggerDecision = Object.freeze({ decision: 'NONE', reason: 'NO_TRIGGER' });
const BUY: TriggerDecision = Object.freeze({ decision: 'BUY', reason: 'TRIGGER_BUY' });
const SELL: TriggerDecision = Object.freeze({ decision: 'SELL', reason: 'TRIGGER_SELL' });

/**
 * SELL when `P >= A(1 + up/100)`, BUY when `P <= A(1 - down/100)`, exactly.
 * `price` is positive; an anchor that is missing or not positive is no anchor, since every price would lie above it.
 */
export function decideTrigger(price: Amount, anchor: Amount | null, settings: TriggerSettings): TriggerDecision {
  if (anchor === null || anchor <= 0n) return NO_ANCHOR;
  const scaled = price * HUNDRED_PERCENT;
  if (scaled >= anchor * (HUNDRED_PERCENT + settings.up_threshold_pct)) return SELL;
  return scaled <= anchor * (HUNDRED_PERCENT - settings.down_threshold_pct) ? BUY : NO_TRIGGER;
}

/** The same bounds as prices: computed once per anchor, a bar then costs one comparison. `anchor` is positive. */
export function triggerBounds(anchor: Amount, settings: TriggerSettings): TriggerBounds {
  const sell = anchor * (HUNDRED_PERCENT + settings.up_threshold_pct);
  const buy = anchor * (HUNDRED_PERCENT - settings.down_threshold_pct);
  return { least_sell: (sell + HUNDRED_PERCENT - 1n) / HUNDRED_PERCENT, greatest_buy: buy / HUNDRED_PERCENT };
}
