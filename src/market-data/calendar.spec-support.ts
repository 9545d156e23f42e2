/**
 * Published closures and early closes (test/data/nyse-*.csv). Sources: the list of closings in pandas_market_calendars (to July 2021),
 * the market hours of QuantConnect LEAN (to 2022), exchange_calendars (early closes of 1998 and 1999), and the NYSE's own holiday
 * notices of 2022-12-21 and 2024-11-08 (from 2023).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TradingDay } from '../kernel/clock';

const datesIn = (file: string): readonly TradingDay[] =>
  readFileSync(join(__dirname, '../../test/data', file), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.slice(0, 10));

export const publishedClosures: ReadonlySet<TradingDay> = new Set(datesIn('nyse-closures.csv'));
export const publishedEarlyCloses: ReadonlySet<TradingDay> = new Set(datesIn('nyse-early-closes.csv'));
export const recordedDays = (file: string): readonly TradingDay[] => datesIn(`daily/${file}`);

/** Every date from one to another, both included. */
export function dates(from: TradingDay, to: TradingDay): readonly TradingDay[] {
  const all: TradingDay[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 86_400_000) all.push(new Date(ms).toISOString().slice(0, 10));
  return all;
}

export const isWeekday = (date: TradingDay): boolean => ![0, 6].includes(new Date(date).getUTCDay());

const wallClock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'medium' });

/** The wall clock in New York by the time-zone database of the machine: `2026-11-20 09:30:00`. */
export const newYorkWallClock = (ms: number): string => wallClock.format(ms);
