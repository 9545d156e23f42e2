/** A recorded range of a live position decided again by the engine's own steps, and every decision compared with what was recorded. Pure. */
import type { EvaluationData, SettingValues } from '../contracts/evaluation';
import { type Amount, formatAmount, formatOptional, parseAmount, parseOptional } from '../kernel/amount';
import { pickPrice } from '../rules/price-policy';
import { judgeQuote } from '../rules/quote-gate';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import { decideRules } from '../rules/rules-decision';
import { DEFAULT_SETTINGS_TEXT, parseSettings, type RuleSettings, type SettingsText } from '../rules/settings';
import { RunBook } from './run-book';

export interface PositionChange {
  /** Place in the log. */
  readonly position: number;
  readonly type: string;
}

export interface RecordedDecision {
  readonly position: number;
  readonly data: EvaluationData;
}

export interface ParityDifference {
  readonly at: string;
  readonly position: number;
  readonly field: string;
  readonly live: string | null;
  readonly simulated: string | null;
}

export interface ParityReport {
  readonly evaluations: number;
  readonly orders: number;
  /** Decisions that the engine makes differently. */
  readonly differences: readonly ParityDifference[];
  /** Where the position was not as the engine left it, and why: a person, another order, or a fill at another price. */
  readonly resynced: readonly { readonly at: string; readonly position: number; readonly because: string }[];
}

/** What changes a position besides the fills of its own evaluations. */
const OUTSIDE = ['CashDeposited', 'CashWithdrawn', 'AnchorSet', 'DividendAccrued', 'DividendPaid', 'SplitApplied'];

interface Decided {
  readonly action: string;
  readonly reason: string;
  readonly qty: string | null;
  readonly price: string | null;
}

export function compareWithLive(decisions: readonly RecordedDecision[], changes: readonly PositionChange[]): ParityReport {
  const differences: ParityDifference[] = [];
  const resynced: { at: string; position: number; because: string }[] = [];
  let [orders, last] = [0, 0];
  let book: RunBook | null = null;
  for (const { position, data } of decisions) {
    const before: RunBook | null = book;
    const same = before !== null && isAsRecorded(before, data);
    if (!same) {
      if (before) resynced.push({ at: data.evaluated_at, position, because: causeOf(changes, last, position) });
      book = bookOf(data);
    }
    const decided = decide(book ?? bookOf(data), data);
    differences.push(...differencesOf(position, data, decided));
    if (decided.action === 'BUY' || decided.action === 'SELL') {
      orders++;
      const day = dayNumber(data);
      (book ?? bookOf(data)).fill(decided.action, parseAmount(decided.qty), parseAmount(decided.price), day);
    }
    last = position;
  }
  return { evaluations: decisions.length, orders, differences, resynced };
}

const settingsOf = (values: SettingValues): RuleSettings => parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...values } as SettingsText);

const dayNumber = ({ day, evaluated_at }: EvaluationData): number => Date.parse(day ?? evaluated_at.slice(0, 10)) / 86_400_000;

/** A book that stands as the live position did. */
function bookOf({ position, settings }: EvaluationData): RunBook {
  const rules = settingsOf(settings);
  const terms = {
    qty: parseAmount(position.qty),
    cash: parseAmount(position.cash),
    qty_step: parseAmount(position.qty_step),
    commission_rate: rules.commission_rate,
    withholding_tax_pct: rules.withholding_tax_pct,
    minor_unit: 1_000_000n as Amount,
  };
  const book = new RunBook(terms, parseOptional(position.anchor_price) ?? (0n as Amount));
  book.receivable = parseAmount(position.dividend_receivable);
  return book;
}

const isAsRecorded = (book: RunBook, { position }: EvaluationData): boolean =>
  formatAmount(book.qty) === position.qty &&
  formatAmount(book.cash) === position.cash &&
  formatAmount(book.receivable) === position.dividend_receivable &&
  formatOptional(book.anchor) === (position.anchor_price ?? '0');

/** The engine's own steps on the recorded quote: gate, trigger, sizing, guardrails, order policy. */
function decide(book: RunBook, data: EvaluationData): Decided {
  const settings = settingsOf(data.settings);
  const blocked = blockedBy(data, settings);
  if (blocked) return { action: 'HOLD', reason: blocked, qty: null, price: data.price_effective };
  const seen = priceOf(data, settings);
  if (seen.price === null) return { action: 'HOLD', reason: seen.reason, qty: null, price: null };
  const decision = decideRules({
    price: seen.price,
    qty: book.qty,
    cash: book.cash,
    receivable: book.receivable,
    anchor: data.position.anchor_price === null ? null : book.anchor,
    settings,
    step: parseAmount(data.position.qty_step),
    commission_rate: settings.commission_rate,
    day: { orders: data.position.day_orders, notional: parseAmount(data.position.day_notional) },
  });
  const qty = decision.action === 'HOLD' ? null : formatAmount(decision.qty);
  return { action: decision.action, reason: decision.reason, qty, price: formatAmount(seen.price) };
}

/** States that a simulation does not have: they are taken as recorded. */
function blockedBy({ position, session }: EvaluationData, settings: RuleSettings): string | null {
  if (position.status === 'HALTED') return 'HALTED';
  if (session === 'UNKNOWN') return position.status === 'PAUSED' ? 'PAUSED' : 'CALENDAR_UNKNOWN';
  if (position.status !== 'ACTIVE') return position.status;
  if (session === 'CLOSED' || (session === 'EXTENDED' && !settings.allow_after_hours)) return 'MARKET_CLOSED';
  return position.order_pending ? 'ORDER_PENDING' : null;
}

function priceOf(data: EvaluationData, settings: RuleSettings): { readonly price: Amount | null; readonly reason: string } {
  const { quote, historical, evaluated_at: now } = data;
  if (historical) {
    const prices = quote && { bid: parseOptional(quote.bid), ask: parseOptional(quote.ask), last: parseOptional(quote.last) };
    return { price: (prices && pickPrice(settings.price_policy, prices)?.price) ?? null, reason: 'NO_QUOTE' };
  }
  const memory = data.quote_memory as QuoteMemory | null;
  const verdict = judgeQuote({ quote, now, settings, memory, explained: false });
  return verdict.usable ? { price: verdict.price, reason: '' } : { price: null, reason: verdict.reason };
}

function differencesOf(position: number, data: EvaluationData, decided: Decided): readonly ParityDifference[] {
  const fields: readonly (readonly [string, string | null, string | null])[] = [
    ['action', data.action, decided.action],
    ['reason', data.reason, decided.reason],
    ['qty', data.qty, decided.qty],
    ['price_effective', data.price_effective, decided.price],
  ];
  return fields.flatMap(([field, live, simulated]) =>
    live === simulated ? [] : [{ at: data.evaluated_at, position, field, live, simulated }],
  );
}

function causeOf(changes: readonly PositionChange[], after: number, before: number): string {
  const between = changes.filter(({ position }) => position > after && position < before);
  const outside = between.filter(({ type }) => OUTSIDE.includes(type)).map(({ type }) => type);
  if (outside.length > 0) return [...new Set(outside)].join(', ');
  return between.some(({ type }) => type === 'PositionUpdated')
    ? 'a fill at another price or quantity than the evaluation had'
    : 'nothing that was recorded';
}
