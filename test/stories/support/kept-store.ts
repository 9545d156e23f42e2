/** A store with a history of orders, made by a replay and kept as a file, and raw access to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import type { App } from '../../../src/app';
import { replay } from '../../../src/cli/replay';
import { parseAmount, ZERO } from '../../../src/kernel/amount';
import { loadCalendar } from '../../../src/market-data/calendar-file.adapter';
import { readBars } from '../../../src/market-data/recorded-bars';
import { loadSqliteDriver, type SqliteConnection } from '../../../src/platform/database/sqlite-driver';
import { HISTORICAL_SETTINGS_TEXT } from '../../../src/rules/settings';

const BARS = join(__dirname, '../../data/synthetic/edges.csv');

export function openRaw(file: string): SqliteConnection {
  const Driver = loadSqliteDriver();
  return new Driver(file);
}

/** Raw SQL behind the system's back. */
export function tamper(file: string, ...statements: readonly string[]): void {
  const connection = openRaw(file);
  try {
    for (const statement of statements) connection.exec(statement);
  } finally {
    connection.close();
  }
}

/** Keeps the store of a replay of 120 bars with orders of both sides, rejected ones among them. */
export async function keepReplay(file: string): Promise<void> {
  const calendar = loadCalendar(null);
  const options = {
    symbol: 'EDGE',
    exchange: 'XNYS' as const,
    calendar,
    bars: readBars(readFileSync(BARS, 'utf8'), BARS, calendar, 'XNYS'),
    quotes: null,
    actions: [],
    cash: parseAmount('100000'),
    qty: ZERO,
    stockPct: parseAmount('50'),
    settings: { ...HISTORICAL_SETTINGS_TEXT, min_notional: '4000', action_below_min: 'reject' as const },
  };
  const keep = async ({ platform }: App): Promise<void> => {
    if (platform.opened.kind !== 'sqlite') throw new Error('a replay keeps its store in a file');
    const connection = openRaw(platform.opened.database.file);
    try {
      await connection.backup(file);
    } finally {
      connection.close();
    }
  };
  await replay(options, undefined, undefined, keep);
}
