/** What a dividend comes to, and what it does to the anchor on its ex-date. Pure arithmetic, also for short holdings. */
import { type Amount, minus, ZERO } from '../kernel/amount';
import { add, compare, divide, type Exact, exact, multiply, NOTHING, percent, roundHalfEven, roundHalfUp, subtract } from '../kernel/exact';

export interface DividendTerms {
  readonly amount_per_share: Amount;
  /** Percent of the gross amount. */
  readonly withholding_tax_pct: Amount;
  /** Of the dividend's currency. */
  readonly minor_unit: Amount;
}

export interface DividendAmounts {
  readonly gross: Amount;
  readonly withheld: Amount;
  readonly net: Amount;
}

/**
 * `gross = qty × amount` and `withheld = gross × pct`, each rounded half-up to the minor unit, once; `net = gross − withheld`.
 * A short holding owes the gross amount: nothing is withheld from what it pays.
 */
export function dividendAmounts(qty: Amount, { amount_per_share, withholding_tax_pct, minor_unit }: DividendTerms): DividendAmounts {
  const gross = roundHalfUp(multiply(exact(qty), exact(amount_per_share)), minor_unit);
  const withheld = gross <= ZERO ? ZERO : roundHalfUp(multiply(exact(gross), percent(withholding_tax_pct)), minor_unit);
  return { gross, withheld, net: minus(gross, withheld) };
}

/**
 * `A·(P − D)/P` in one division, half-even at 8 places; D is the sum of all dividends of one ex-date, P the last regular close before
 * it. Without P: `A − D`. Null where nothing above zero is left: such a dividend is no data to trade on.
 */
export function anchorAtExDate(anchor: Amount, dividends: Amount, previousClose: Exact | null): Amount | null {
  const [a, d] = [exact(anchor), exact(dividends)];
  const left = previousClose === null ? subtract(a, d) : divide(multiply(a, subtract(previousClose, d)), previousClose);
  if (compare(left, NOTHING) <= 0n) return null;
  const rounded = roundHalfEven(left);
  return rounded > ZERO ? rounded : null;
}

/** What a price of before the ex-date is worth after it: `(P − D)/P`; one where P is not known. */
export function exDateFactor(dividends: Amount, previousClose: Exact | null): Exact {
  if (previousClose === null) return { n: 1n, d: 1n };
  return divide(add(previousClose, { n: -dividends, d: exact(dividends).d }), previousClose);
}

/** A dividend of at least the price before it is no data: it is refused. */
export const exceedsPrice = (dividends: Amount, previousClose: Exact | null): boolean =>
  previousClose !== null && compare(exact(dividends), previousClose) >= 0n;
