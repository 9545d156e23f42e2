/** The spike rule: a price far from the last good one waits for two witnesses, or halts the position where a split is the likelier story. */
import { type Amount, type AmountText, formatAmount, parseAmount, SCALE } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import { type Exact, exact, multiply, roundHalfEven } from '../kernel/exact';

/** What the gate must know from one quote to the next: plain JSON, stored with each evaluation. */
export interface QuoteMemory {
  readonly last_good_price: AmountText | null;
  readonly last_good_ts: Instant | null;
  /** The last good price as it was before a corporate action restated it: a feed may show it for some minutes more. */
  readonly price_before_action: AmountText | null;
  /** The last corporate action that is counted in, until a good quote from after it: no action restates twice. */
  readonly restated_to: Instant | null;
  /** A price beyond the limit that waits for confirmation. */
  readonly candidate_price: AmountText | null;
  readonly candidate_ts: Instant | null;
  /** Source times of the quotes that confirmed the candidate. */
  readonly confirmations: readonly Instant[];
}

export const NO_MEMORY: QuoteMemory = {
  last_good_price: null,
  last_good_ts: null,
  price_before_action: null,
  restated_to: null,
  candidate_price: null,
  candidate_ts: null,
  confirmations: [],
};

/** Both in percent of the last good price. */
export interface JumpSettings {
  readonly max_jump_pct: Amount;
  readonly halt_jump_pct: Amount;
}

export interface JumpInput {
  readonly price: Amount;
  readonly ts: Instant;
  readonly explained: boolean;
  readonly settings: JumpSettings;
  readonly memory: QuoteMemory;
}

export type JumpVerdict =
  | { readonly accepted: true; readonly memory: QuoteMemory }
  | { readonly accepted: false; readonly halt: boolean; readonly memory: QuoteMemory };

const CONFIRMATIONS_NEEDED = 2;
const CONFIRMING_PCT = (5n * SCALE) as Amount;
const SPLIT_TOLERANCE_PCT = 3n;
const LARGEST_SPLIT_TERM = 10n;

/**
 * The last good price after a corporate action, which multiplied prices by `factor` (a split `new:old` by old/new, a dividend by
 * (P − D)/P); rounded half-even to 8 places. Waiting candidates are forgotten. Without one, only that there was an action is remembered.
 */
export function restateMemory(memory: QuoteMemory, factor: Exact, actionAt: Instant): QuoteMemory {
  if (memory.last_good_price === null) return { ...NO_MEMORY, restated_to: actionAt };
  return {
    ...NO_MEMORY,
    last_good_price: formatAmount(roundHalfEven(multiply(exact(parseAmount(memory.last_good_price)), factor))),
    last_good_ts: memory.last_good_ts,
    price_before_action: memory.last_good_price,
    restated_to: actionAt,
  };
}

/**
 * Measures the jump against the last good price, exactly. With a corporate action that explains it every price is good; without a last good
 * price every one that is not from before an action.
 */
export function judgeJump(input: JumpInput): JumpVerdict {
  const { price, ts, settings, memory } = input;
  if (input.explained) return { accepted: true, memory: remember(input) };
  if (memory.last_good_price === null) {
    const isFromBefore = memory.restated_to !== null && ts < memory.restated_to;
    return isFromBefore ? { accepted: false, halt: false, memory } : { accepted: true, memory: remember(input) };
  }
  const lastGood = parseAmount(memory.last_good_price);
  if (!differs(price, lastGood, settings.max_jump_pct)) return { accepted: true, memory: remember(input) };

  if (memory.price_before_action !== null && !differs(price, parseAmount(memory.price_before_action), settings.max_jump_pct)) {
    return { accepted: false, halt: false, memory };
  }
  if (differs(price, lastGood, settings.halt_jump_pct) || looksLikeSplit(price, lastGood)) return { accepted: false, halt: true, memory };
  return confirm(input);
}

/** `|price − reference|` is more than `pct` percent of the reference. */
function differs(price: Amount, reference: Amount, pct: Amount): boolean {
  const distance = price > reference ? price - reference : reference - price;
  return distance * 100n * SCALE > pct * reference;
}

/** The new last good price. A quote that arrives late is good but does not turn the memory back. */
function remember({ price, ts, memory }: JumpInput): QuoteMemory {
  if (memory.last_good_ts !== null && ts < memory.last_good_ts) return memory;
  const restated_to = memory.restated_to !== null && ts < memory.restated_to ? memory.restated_to : null;
  return { ...NO_MEMORY, last_good_price: formatAmount(price), last_good_ts: ts, restated_to };
}

/** Counts a quote for the waiting price where it is later, not counted yet and within 5 % of it; a price elsewhere waits anew. */
function confirm(input: JumpInput): JumpVerdict {
  const { price, ts, memory } = input;
  const { candidate_price: candidate, candidate_ts: since, confirmations } = memory;
  const held = (next: QuoteMemory): JumpVerdict => ({ accepted: false, halt: false, memory: next });
  if (since !== null && (ts <= since || confirmations.includes(ts))) return held(memory);
  if (candidate === null || differs(price, parseAmount(candidate), CONFIRMING_PCT)) {
    return held({ ...memory, candidate_price: formatAmount(price), candidate_ts: ts, confirmations: [] });
  }
  const counted = [...confirmations, ts];
  if (counted.length >= CONFIRMATIONS_NEEDED) return { accepted: true, memory: remember(input) };
  return held({ ...memory, confirmations: counted });
}

/** Within 3 % of a ratio `n:m` with both terms up to 10: `|price·m − lastGood·n| ≤ 3 % of lastGood·n`. */
function looksLikeSplit(price: Amount, lastGood: Amount): boolean {
  for (let n = 1n; n <= LARGEST_SPLIT_TERM; n++) {
    for (let m = 1n; m <= LARGEST_SPLIT_TERM; m++) {
      const expected = lastGood * n;
      const distance = price * m - expected;
      if (n !== m && (distance < 0n ? -distance : distance) * 100n <= expected * SPLIT_TOLERANCE_PCT) return true;
    }
  }
  return false;
}
