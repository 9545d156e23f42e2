/** Exact decimal amounts: a bigint counting units of 1e-8. Strings at the edges, never a float. */
import { InputError } from './errors';

declare const amountBrand: unique symbol;

/** An exact decimal with 8 places: `150.25` is `15025000000n`. Compare with `<`, `>`, `===`; combine with the functions below. */
export type Amount = bigint & { readonly [amountBrand]: true };

/** An amount as it travels: shortest decimal text, at most 12 integer digits and 8 places. */
export type AmountText = string;

export const SCALE = 100_000_000n;
/** Amounts lie strictly between -LIMIT and LIMIT (12 integer digits). */
const LIMIT = 10n ** 20n;
const LOWER_LIMIT = -LIMIT;
const PATTERN = /^-?\d{1,12}(?:\.\d{1,8})?$/;

const brand = (units: bigint): Amount => units as Amount;

export const ZERO = brand(0n);
/** The largest amount there is: 12 integer digits and 8 places. */
export const LARGEST = brand(LIMIT - 1n);

/** The amount of so many units of 1e-8. Throws where it has more than 12 integer digits. */
export function ofUnits(units: bigint): Amount {
  if (units >= LIMIT || units <= LOWER_LIMIT) {
    throw new InputError('amount.overflow', 'amount', 'at most 12 integer digits', formatUnits(units));
  }
  return brand(units);
}

export const isAmountText = (text: unknown): text is AmountText => typeof text === 'string' && PATTERN.test(text);

/** Reads decimal text. Throws InputError naming `field` for anything else: floats, exponents, NaN, more than 8 places. */
export function parseAmount(text: unknown, field = 'amount'): Amount {
  if (!isAmountText(text)) {
    throw new InputError('amount.invalid', field, 'a decimal string with at most 12 integer digits and 8 places', text);
  }
  const dot = text.indexOf('.');
  if (dot < 0) return brand(BigInt(text) * SCALE);
  const places = text.length - dot - 1;
  return brand(BigInt(text.slice(0, dot) + text.slice(dot + 1) + '00000000'.slice(places)));
}

/** Text from a trusted source (our own events and rows), where `null` stays `null`. */
export const parseOptional = (text: AmountText | null): Amount | null => (text === null ? null : parseAmount(text));

/** Decimal text of so many units of 1e-8, of any size: for values in between that are shown and not stored. */
export function formatUnits(units: bigint): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(9, '0');
  const whole = digits.slice(0, -8);
  let end = 8;
  const fraction = digits.slice(-8);
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--;
  const text = end === 0 ? whole : `${whole}.${fraction.slice(0, end)}`;
  return negative ? `-${text}` : text;
}

/** Shortest decimal text: no trailing zeros, no `+`, no `-0`. */
export const formatAmount = (amount: Amount): AmountText => formatUnits(amount);
export const formatOptional = (amount: Amount | null): AmountText | null => (amount === null ? null : formatUnits(amount));

export const plus = (a: Amount, b: Amount): Amount => ofUnits(a + b);
export const minus = (a: Amount, b: Amount): Amount => ofUnits(a - b);
export const negate = (a: Amount): Amount => brand(-a);
export const abs = (a: Amount): Amount => brand(a < 0n ? -a : a);
export const min = (a: Amount, b: Amount): Amount => (a < b ? a : b);
export const max = (a: Amount, b: Amount): Amount => (a > b ? a : b);
export const isZero = (a: Amount): boolean => a === 0n;

/** The floating approximation of an amount, for statistics and charts only; never for money that is stored. */
export const toNumber = (a: Amount): number => Number(a) / 1e8;

/**
 * Text whose byte order is the order of the values (21 digits): what sorts in SQL sorts by value.
 * The first digit is 1 for zero and above, 0 below.
 */
export const toSortable = (a: Amount): string => (a + LIMIT).toString().padStart(21, '0');
export const fromSortable = (text: string): Amount => brand(BigInt(text) - LIMIT);
