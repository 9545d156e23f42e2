/** Which price of a quote counts: the one rule shared by live evaluation, execution and simulation. */
import { type Amount, type AmountText, parseOptional } from '../kernel/amount';
import type { Instant } from '../kernel/clock';

export type PricePolicy = 'MID' | 'LAST' | 'BID' | 'ASK';
/** The price really used: MID falls back to LAST. */
export type PriceSource = PricePolicy;

/** A quote as it is stored: plain JSON. */
export interface Quote {
  /** The source's own time, not the time of receipt. */
  readonly ts: Instant;
  readonly bid: AmountText | null;
  readonly ask: AmountText | null;
  readonly last: AmountText | null;
  /** Where it came from: a provider's name, or `push`. */
  readonly source: string;
}

export interface QuotePrices {
  readonly bid: Amount | null;
  readonly ask: Amount | null;
  readonly last: Amount | null;
}

export interface EffectivePrice {
  readonly price: Amount;
  readonly source: PriceSource;
}

/** Half of `bid + ask`, rounded half-even to 8 places. */
export function midPrice(bid: Amount, ask: Amount): Amount {
  const sum = bid + ask;
  const floor = sum >> 1n;
  return (sum % 2n !== 0n && floor % 2n !== 0n ? floor + 1n : floor) as Amount;
}

const priced = (price: Amount | null, source: PriceSource): EffectivePrice | null => (price === null ? null : { price, source });

/** The price that `policy` picks, or null where the quote lacks it. Only MID has a fallback: without two sides it is LAST. */
export function pickPrice(policy: PricePolicy, { bid, ask, last }: QuotePrices): EffectivePrice | null {
  switch (policy) {
    case 'MID':
      return bid !== null && ask !== null ? { price: midPrice(bid, ask), source: 'MID' } : priced(last, 'LAST');
    case 'LAST':
      return priced(last, 'LAST');
    case 'BID':
      return priced(bid, 'BID');
    case 'ASK':
      return priced(ask, 'ASK');
  }
}

/** As `pickPrice`, for a stored quote. Throws InputError where a price of the quote is not an amount. */
export const effectivePrice = (policy: PricePolicy, quote: Quote): EffectivePrice | null =>
  pickPrice(policy, { bid: parseOptional(quote.bid), ask: parseOptional(quote.ask), last: parseOptional(quote.last) });
