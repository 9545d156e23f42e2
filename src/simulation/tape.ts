/** Recorded bars in columns: what a simulation runs over, a few bytes per bar and nothing to collect. */
import { InputError } from '../kernel/errors';
import { toInstant, type TradingDay } from '../kernel/clock';
import type { Session } from '../contracts/evaluation';
import { DAY_MS, dateText, parseDate } from '../market-data/civil-date';
import type { Bar } from '../market-data/recorded-bars';
import { type PriceColumn, priceColumn, sliceColumn } from './price-column';

/** Indexes of the `sessions` column. */
export const SESSIONS = ['REGULAR', 'EXTENDED', 'CLOSED', 'UNKNOWN'] as const satisfies readonly Session[];
export const REGULAR = 0;
export const EXTENDED = 1;

export interface Tape {
  readonly bars: number;
  /** The file has dates: every bar is its day's regular close. */
  readonly dated: boolean;
  /** Null where only closes were loaded: fills at the next bar's prices alone need more. */
  readonly open: PriceColumn | null;
  readonly high: PriceColumn | null;
  readonly low: PriceColumn | null;
  readonly close: PriceColumn;
  /** When each close is known, epoch milliseconds. */
  readonly at: Float64Array;
  /** The exchange's date of each bar, days since 1970-01-01. */
  readonly days: Int32Array;
  readonly sessions: Uint8Array;
  /** Bars at or before their day's regular close: the last of them gives the day's regular close. */
  readonly inDay: Uint8Array;
  /** Dates or instants as the file has them, where they are not in the usual form. */
  readonly labels: readonly string[] | null;
}

export const dayOf = (tape: Tape, bar: number): TradingDay => dateText(tape.days[bar] ?? 0);

/** The bar's date or instant as its file has it. */
export function labelOf({ labels, dated, days, at }: Tape, bar: number): string {
  const label = labels?.[bar];
  if (label !== undefined) return label;
  return dated ? dateText(days[bar] ?? 0) : toInstant(at[bar] ?? 0).replace('.000Z', 'Z');
}

export interface BarPlace {
  readonly session: Session;
  /** Not after its day's regular close. */
  readonly inDay: boolean;
}

/** Columns of bars that are read already. */
export function tapeOf(bars: readonly Bar[], placeOf: (bar: Bar) => BarPlace): Tape {
  const places = bars.map(placeOf);
  const dated = bars[0]?.dated ?? true;
  const tape: Tape = {
    bars: bars.length,
    dated,
    open: priceColumn(bars.map(({ open }) => open)),
    high: priceColumn(bars.map(({ high }) => high)),
    low: priceColumn(bars.map(({ low }) => low)),
    close: priceColumn(bars.map(({ close }) => close)),
    at: Float64Array.from(bars, ({ at }) => Date.parse(at)),
    days: Int32Array.from(bars, ({ day }) => Date.parse(day) / DAY_MS),
    sessions: Uint8Array.from(places, ({ session }) => SESSIONS.indexOf(session)),
    inDay: Uint8Array.from(places, ({ inDay }) => Number(inDay)),
    labels: null,
  };
  const usual = bars.every(({ label }, bar) => labelOf(tape, bar) === label);
  return usual ? tape : { ...tape, labels: bars.map(({ label }) => label) };
}

/** Bars from one index up to another, over the same memory. */
export function sliceTape(tape: Tape, from: number, to: number): Tape {
  return {
    bars: to - from,
    dated: tape.dated,
    open: tape.open && sliceColumn(tape.open, from, to),
    high: tape.high && sliceColumn(tape.high, from, to),
    low: tape.low && sliceColumn(tape.low, from, to),
    close: sliceColumn(tape.close, from, to),
    at: tape.at.subarray(from, to),
    days: tape.days.subarray(from, to),
    sessions: tape.sessions.subarray(from, to),
    inDay: tape.inDay.subarray(from, to),
    labels: tape.labels?.slice(from, to) ?? null,
  };
}

/** The bars of the days from `start` to `end`, both included; null is no limit. Throws InputError where one is no date or nothing is left. */
export function tapeBetween(tape: Tape, start: TradingDay | null, end: TradingDay | null): Tape {
  const first = start === null ? Number.NEGATIVE_INFINITY : parseDate(start, 'start');
  const last = end === null ? Number.POSITIVE_INFINITY : parseDate(end, 'end');
  if (last < first) throw new InputError('bars.range', 'end', `${start} or later`, end);
  const from = firstIndex(tape.days, first);
  const to = firstIndex(tape.days, last + 1);
  if (from === to) {
    const held = tape.bars === 0 ? 'has none' : `has ${dayOf(tape, 0)} to ${dayOf(tape, tape.bars - 1)}`;
    throw new InputError(
      'bars.empty_range',
      'start',
      `a range with at least one bar (the data ${held})`,
      `${start ?? '…'} to ${end ?? '…'}`,
    );
  }
  return sliceTape(tape, from, to);
}

/** The first bar whose day is not before `day`, by binary search. */
export function firstIndex(days: Int32Array, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
