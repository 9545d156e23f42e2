/** What is odd about an announcement that a provider makes: a doubtful one waits for a person instead of being applied. */
import { type Amount, parseAmount, plus, ZERO } from '../kernel/amount';
import type { TradingDay } from '../kernel/clock';

export type DoubtReason = 'EX_DATE_CLOSED' | 'UNKNOWN_DAY' | 'ANNUAL_RATE' | 'DUPLICATE' | 'MISSING_PAY_DATE' | 'EXCEEDS_PRICE';

export interface DoubtfulTerms {
  readonly type: 'CASH_DIVIDEND' | 'SPLIT';
  readonly ex_date: TradingDay;
  readonly sequence: number;
  readonly amount_per_share: string | null;
  readonly ratio: string | null;
  readonly pay_date: TradingDay | null;
}

export interface DoubtFacts {
  readonly day: 'open' | 'closed' | 'unknown';
  /** The other announcements of the instrument and type that were not cancelled. */
  readonly others: readonly DoubtfulTerms[];
  readonly lastPrice: string | null;
}

export interface Oddity {
  readonly code: DoubtReason;
  readonly message: string;
}

const DAY_MS = 86_400_000;
const DUPLICATE_DAYS = 10;
const YEAR_DAYS = 366;

const daysBetween = (a: TradingDay, b: TradingDay): number => Math.abs(Date.parse(a) - Date.parse(b)) / DAY_MS;

/** Each with a sentence that says what is odd and what to do. Empty: it may be applied. */
export function oddities(terms: DoubtfulTerms, { day, others, lastPrice }: DoubtFacts): readonly Oddity[] {
  const found: Oddity[] = [];
  const doubt = (code: DoubtReason, message: string): void =>
    void found.push({ code, message: `${message}; approve it if it is right, else amend or cancel it` });
  if (day === 'closed') doubt('EX_DATE_CLOSED', `The ex-date ${terms.ex_date} is no trading day of the exchange`);
  if (day === 'unknown') doubt('UNKNOWN_DAY', `The calendar does not know ${terms.ex_date}`);
  const twin = duplicateOf(terms, others);
  if (twin) doubt('DUPLICATE', `The same is announced for ${twin.ex_date} already, within ${DUPLICATE_DAYS} days`);
  if (terms.type !== 'CASH_DIVIDEND') return found;
  if (terms.pay_date === null) doubt('MISSING_PAY_DATE', 'No pay date is given');
  const amount = parseAmount(terms.amount_per_share, 'amount_per_share');
  if (looksAnnual(amount, terms, others))
    doubt('ANNUAL_RATE', `${terms.amount_per_share} is about what the last year paid together: a yearly rate offered as one payment`);
  if (lastPrice !== null && amount >= parseAmount(lastPrice))
    doubt('EXCEEDS_PRICE', `${terms.amount_per_share} per share is not below the last price, ${lastPrice}`);
  return found;
}

/** The same amount or ratio on another date nearby, or twice on one date. An ordinary and a special dividend differ in amount. */
const duplicateOf = (terms: DoubtfulTerms, others: readonly DoubtfulTerms[]): DoubtfulTerms | undefined =>
  others.find(
    (other) =>
      (other.ex_date !== terms.ex_date || other.sequence !== terms.sequence) &&
      daysBetween(other.ex_date, terms.ex_date) <= DUPLICATE_DAYS &&
      other.ratio === terms.ratio &&
      sameAmount(other.amount_per_share, terms.amount_per_share),
  );

const sameAmount = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && parseAmount(a) === parseAmount(b));

/** Within 10 % of the sum of the last year's payments, where there were at least two; of four times the only one, otherwise. */
function looksAnnual(amount: Amount, { ex_date }: DoubtfulTerms, others: readonly DoubtfulTerms[]): boolean {
  const lastYear = others.filter((other) => other.ex_date < ex_date && daysBetween(other.ex_date, ex_date) <= YEAR_DAYS);
  const sum = lastYear.reduce((total, { amount_per_share }) => plus(total, parseAmount(amount_per_share ?? '0')), ZERO);
  if (sum === ZERO) return false;
  const yearly = lastYear.length === 1 ? sum * 4n : sum;
  const distance = amount > yearly ? amount - yearly : yearly - amount;
  return distance * 10n <= yearly;
}
