/** Why an evaluation decided as it did, as one byte per bar. */
import type { CapName } from '../rules/guardrails';
import type { QuoteReason } from '../rules/quote-gate';
import type { RulesReason } from '../rules/rules-decision';

const CAPS = [
  'max_stock_pct',
  'cash',
  'min_stock_pct',
  'shares',
  'max_trade_pct_of_position',
  'max_daily_notional',
  'max_orders_per_day',
  'largest_quantity',
] as const satisfies readonly CapName[];

const QUOTE_REASONS = [
  'NO_QUOTE',
  'STALE_QUOTE',
  'BAD_QUOTE',
  'CROSSED_QUOTE',
  'WIDE_QUOTE',
  'PRICE_JUMP',
] as const satisfies readonly QuoteReason[];

export type SkipReason = 'OPENING' | 'MARKET_CLOSED' | 'CALENDAR_UNKNOWN' | 'HALTED' | 'ORDER_PENDING' | 'REJECTED_BELOW_MINIMUM';
export type BarReason = RulesReason | QuoteReason | SkipReason;

/** A column of zeros is a column of plain HOLDs. */
export const REASONS: readonly BarReason[] = [
  'NO_TRIGGER',
  'OPENING',
  'TRIGGER_BUY',
  'TRIGGER_SELL',
  'NO_ANCHOR',
  'NOTHING_TO_TRADE',
  'BELOW_STEP',
  'BELOW_MINIMUM',
  'REJECTED_BELOW_MINIMUM',
  'MARKET_CLOSED',
  'CALENDAR_UNKNOWN',
  'HALTED',
  'ORDER_PENDING',
  ...QUOTE_REASONS,
  ...CAPS.map((cap) => `GUARDRAIL:${cap}` as const),
];

const codes = new Map(REASONS.map((reason, code) => [reason, code]));

export function codeOf(reason: BarReason): number {
  const code = codes.get(reason);
  if (code === undefined) throw new Error(`${reason} is no reason of a decision`);
  return code;
}

export const reasonOf = (code: number): BarReason => REASONS[code] ?? 'NO_TRIGGER';
