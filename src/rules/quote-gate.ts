/** Decides whether a quote may be traded on: a bad one costs a HOLD with its reason, never an order. */
import { type Amount, isAmountText, parseAmount, SCALE, ZERO } from '../kernel/amount';
import { epochMs, type Instant, isInstant } from '../kernel/clock';
import { judgeJump, type JumpSettings, NO_MEMORY, type QuoteMemory } from './quote-gate-jump';
import { pickPrice, type PricePolicy, type PriceSource, type QuotePrices } from './price-policy';

export type QuoteReason = 'NO_QUOTE' | 'STALE_QUOTE' | 'BAD_QUOTE' | 'CROSSED_QUOTE' | 'WIDE_QUOTE' | 'PRICE_JUMP';

/** A quote as a provider or a caller gave it. Prices are decimal text or numbers; null or undefined means there is none. */
export interface RawQuote {
  /** The source's own time, an Instant. */
  readonly ts?: unknown;
  readonly bid?: unknown;
  readonly ask?: unknown;
  readonly last?: unknown;
}

export interface QuoteGateSettings extends JumpSettings {
  readonly price_policy: PricePolicy;
  readonly max_quote_age_minutes: Amount;
  /** Width over mid, percent; judged under MID only. */
  readonly max_spread_pct: Amount;
}

export interface QuoteGateInput {
  readonly quote: RawQuote | null;
  readonly now: Instant;
  readonly settings: QuoteGateSettings;
  /** What the gate answered last for this position; null at first and after a person resolved a halt. */
  readonly memory: QuoteMemory | null;
  /** A corporate action explains any distance from the last good price. */
  readonly explained: boolean;
}

export interface UsableQuote {
  readonly usable: true;
  readonly price: Amount;
  readonly price_source: PriceSource;
  readonly memory: QuoteMemory;
}

export interface UnusableQuote {
  readonly usable: false;
  readonly reason: QuoteReason;
  /** The position must become HALTED: no later quote can confirm this price. */
  readonly halt: boolean;
  readonly memory: QuoteMemory;
}

export type QuoteVerdict = UsableQuote | UnusableQuote;

const MINUTE_MS = 60_000;
/** How far a source's clock may run ahead of ours. */
const FUTURE_TOLERANCE_MS = MINUTE_MS;

/** The price of a historical bar. A bar is a fact: no check of age, spread or jump applies, and nothing is remembered. */
export const acceptBar = (price: Amount): UsableQuote => ({ usable: true, price, price_source: 'LAST', memory: NO_MEMORY });

/**
 * Judges a quote in this order: NO_QUOTE, a source time that is none or lies over a minute ahead (BAD_QUOTE), STALE_QUOTE,
 * a price that is not a positive amount (BAD_QUOTE, also on a side the policy does not use), CROSSED_QUOTE under every policy,
 * a price the policy needs and the quote lacks (NO_QUOTE), WIDE_QUOTE, PRICE_JUMP. Limits themselves are allowed. Never throws.
 */
export function judgeQuote({ quote, now, settings, memory: before, explained }: QuoteGateInput): QuoteVerdict {
  const memory = before ?? NO_MEMORY;
  if (quote === null || quote === undefined) return unusable('NO_QUOTE', memory);
  if (!isInstant(quote.ts)) return unusable('BAD_QUOTE', memory);
  const ageMs = epochMs(now) - epochMs(quote.ts);
  if (ageMs < -FUTURE_TOLERANCE_MS) return unusable('BAD_QUOTE', memory);
  if (BigInt(ageMs) * SCALE > settings.max_quote_age_minutes * BigInt(MINUTE_MS)) return unusable('STALE_QUOTE', memory);

  const prices = readPrices(quote);
  if (prices === null) return unusable('BAD_QUOTE', memory);
  const { bid, ask } = prices;
  if (bid !== null && ask !== null && bid > ask) return unusable('CROSSED_QUOTE', memory);
  const effective = pickPrice(settings.price_policy, prices);
  if (effective === null) return unusable('NO_QUOTE', memory);
  if (effective.source === 'MID' && isWide(prices, settings.max_spread_pct)) return unusable('WIDE_QUOTE', memory);

  const jump = judgeJump({ price: effective.price, ts: quote.ts, explained, settings, memory });
  if (jump.accepted) return { usable: true, price: effective.price, price_source: effective.source, memory: jump.memory };
  return { usable: false, reason: 'PRICE_JUMP', halt: jump.halt, memory: jump.memory };
}

const unusable = (reason: QuoteReason, memory: QuoteMemory): UnusableQuote => ({ usable: false, reason, halt: false, memory });

/** `(ask − bid)/mid·100 > max_spread_pct`, exactly: `mid` is not rounded here. */
const isWide = ({ bid, ask }: QuotePrices, maxSpreadPct: Amount): boolean =>
  bid !== null && ask !== null && (ask - bid) * 200n * SCALE > maxSpreadPct * (bid + ask);

function readPrices(quote: RawQuote): QuotePrices | null {
  const bid = readPrice(quote.bid);
  const ask = readPrice(quote.ask);
  const last = readPrice(quote.last);
  return bid === undefined || ask === undefined || last === undefined ? null : { bid, ask, last };
}

/** Null for a missing price, undefined for one that is not a positive amount. */
function readPrice(value: unknown): Amount | null | undefined {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'number' ? String(value) : value;
  if (!isAmountText(text)) return undefined;
  const price = parseAmount(text);
  return price > ZERO ? price : undefined;
}
