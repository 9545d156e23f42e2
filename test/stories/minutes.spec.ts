/** Two real trading days of Apple, minute by minute with extended hours, through the live path. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import type { App } from '../../src/app';
import { replay } from '../../src/cli/replay';
import type { EvaluationData, RecordedEvaluation } from '../../src/contracts/evaluation';
import { parseAmount, ZERO } from '../../src/kernel/amount';
import { epochMs } from '../../src/kernel/clock';
import { loadCalendar } from '../../src/market-data/calendar-file.adapter';
import { readBars } from '../../src/market-data/recorded-bars';
import { readQuotes } from '../../src/market-data/recorded-quotes';
import { Sql } from '../../src/platform/database/sql';
import type { Row } from '../../src/platform/event-store/row-write';
import { DEFAULT_SETTINGS_TEXT, HISTORICAL_SETTINGS_TEXT, type SettingsText } from '../../src/rules/settings';
import type { RunResult } from '../../src/simulation/run-result';
import { redecide } from '../../src/trading/evaluation';
import { expandEvaluation } from '../../src/trading/evaluation.record';
import {
  barsCsv,
  CLOSE,
  minutesOf,
  newestQuote,
  newYork,
  OPEN,
  POST_CLOSE,
  PRE_OPEN,
  quotesCsv,
  recordedQuotes,
} from '../support/minutes-files';
import { scratchFolders, vbJson } from './support/vb';

const DAYS = ['2014-06-05', '2014-06-06'] as const;
const quotes = recordedQuotes(DAYS);
/** The first minute opens the position; from the next one on each is a tick. The second day begins a minute before its session. */
const minutes = [...minutesOf(DAYS[0], PRE_OPEN), ...minutesOf(DAYS[1], PRE_OPEN - 1)];
const ticks = minutes.slice(1);
const bars = barsCsv(minutes, quotes);

interface Evaluation {
  readonly row: Row;
  readonly data: EvaluationData;
}

interface Run {
  readonly result: RunResult;
  readonly evaluations: readonly Evaluation[];
  readonly orders: readonly Row[];
}

async function run(own: Partial<SettingsText>): Promise<Run> {
  const calendar = loadCalendar(null);
  const options = {
    symbol: 'AAPL',
    exchange: 'XNAS' as const,
    calendar,
    bars: readBars(bars, 'bars.csv', calendar, 'XNAS'),
    quotes: readQuotes(quotesCsv(quotes), 'quotes.csv'),
    actions: [],
    cash: parseAmount('100000'),
    qty: ZERO,
    stockPct: parseAmount('50'),
    settings: { ...HISTORICAL_SETTINGS_TEXT, max_drift_bps: '0', slippage_bps: '0', ...own },
  };
  let rows: readonly Row[] = [];
  let orders: readonly Row[] = [];
  const inspect = async ({ nest }: App): Promise<void> => {
    const sql = nest.get(Sql);
    rows = await sql.read(`SELECT * FROM events WHERE type = 'EvaluationRecorded' ORDER BY position`);
    orders = await sql.read('SELECT order_id, tick_id, status, state FROM orders ORDER BY created_at, order_id');
  };
  const result = await replay(options, undefined, undefined, inspect);
  if (result === null) throw new Error('the replay was cut off');
  const evaluations = rows.map((row) => ({
    row,
    data: expandEvaluation(JSON.parse(String(row['data'])) as RecordedEvaluation, {
      portfolio_id: text(row, 'portfolio_id'),
      position_id: text(row, 'position_id'),
      instrument_id: text(row, 'instrument_id'),
      symbol: text(row, 'symbol'),
    }),
  }));
  return { result, evaluations, orders };
}

const text = (row: Row, column: string): string => String(row[column]);
const at = ({ evaluations }: Run, day: string, minute: number): EvaluationData | undefined =>
  evaluations.find(({ data }) => data.tick_id === newYork(day, minute))?.data;

function sessionOf(minute: number): string {
  if (minute < PRE_OPEN || minute >= POST_CLOSE) return 'CLOSED';
  return minute >= OPEN && minute < CLOSE ? 'REGULAR' : 'EXTENDED';
}

describe('two days of recorded minutes', () => {
  describe('with quotes of at most five minutes', () => {
    let day: Run;
    beforeAll(async () => (day = await run({ allow_after_hours: true, max_quote_age_minutes: '5' })), 120_000);

    it('give one evaluation per minute, none left out and none twice', () =>
      expect(day.evaluations.map(({ data }) => data.tick_id)).toEqual(ticks.map((tick) => tick.at)));

    it('are in the session that New York has at each minute', () =>
      expect(day.evaluations.map(({ data }) => [data.tick_id, data.session])).toEqual(
        ticks.map((tick) => [tick.at, sessionOf(tick.minute)]),
      ));

    it.each([
      [PRE_OPEN - 1, 'CLOSED'],
      [PRE_OPEN, 'EXTENDED'],
      [OPEN - 1, 'EXTENDED'],
      [OPEN, 'REGULAR'],
      [CLOSE - 1, 'REGULAR'],
      [CLOSE, 'EXTENDED'],
      [POST_CLOSE - 1, 'EXTENDED'],
      [POST_CLOSE, 'CLOSED'],
    ])('change session on the minute (%i minutes after midnight: %s)', (minute, session) =>
      expect(at(day, DAYS[1], minute)?.session).toBe(session),
    );

    it('keep the former quote with its own time where a minute has none', () => {
      const open = day.evaluations.filter(({ data }) => data.session !== 'CLOSED');
      const seen = open.map(({ data }) => [data.tick_id, data.quote?.ts, data.quote?.bid, data.quote?.ask]);
      const recorded = open.map(({ data }) => {
        const quote = newestQuote(quotes, data.evaluated_at);
        return [data.tick_id, quote?.ts, quote?.bid, quote?.ask];
      });
      expect(seen).toEqual(recorded);
      const old = open.filter(({ data }) => data.quote?.ts !== data.evaluated_at);
      expect(old.length).toBeGreaterThan(200);
    });

    it('hold on a quote past its age, and trade on it at exactly that age', () => {
      const ages = day.evaluations
        .filter(({ data }) => data.session !== 'CLOSED')
        .map(({ data }) => ({ reason: data.reason, minutes: (epochMs(data.evaluated_at) - epochMs(data.quote?.ts ?? '')) / 60_000 }));
      const stale = ages.filter(({ reason }) => reason === 'STALE_QUOTE');
      expect(stale.length).toBeGreaterThan(10);
      expect(stale.every((age) => age.minutes > 5)).toBe(true);
      expect(ages.filter((age) => age.minutes > 5)).toHaveLength(stale.length);
      expect(ages.some((age) => age.minutes === 5)).toBe(true);
    });

    it('hold while the exchange is closed, and say so', () => {
      const closed = day.evaluations.filter(({ data }) => data.session === 'CLOSED');
      expect(closed.map(({ data }) => [data.tick_id, data.action, data.reason])).toEqual([
        [newYork(DAYS[0], POST_CLOSE), 'HOLD', 'MARKET_CLOSED'],
        [newYork(DAYS[1], PRE_OPEN - 1), 'HOLD', 'MARKET_CLOSED'],
        [newYork(DAYS[1], POST_CLOSE), 'HOLD', 'MARKET_CLOSED'],
      ]);
    });

    it('do not sell half the shares because a broken feed bids 1.00', () => {
      const broken = at(day, DAYS[1], PRE_OPEN);
      expect(broken).toMatchObject({ action: 'HOLD', reason: 'WIDE_QUOTE', quote: { bid: '1', ask: '649.35' }, order_id: null });
      expect(day.orders.filter((order) => order['tick_id'] === newYork(DAYS[1], PRE_OPEN))).toEqual([]);
      expect(at(day, DAYS[1], PRE_OPEN + 1)).toMatchObject({ reason: 'NO_TRIGGER', price_effective: '649.095' });
    });
  });

  describe('with thresholds of two tenths of a percent', () => {
    const own = { allow_after_hours: true, up_threshold_pct: '0.2', down_threshold_pct: '0.2' };
    let busy: Run;
    beforeAll(async () => (busy = await run(own)), 120_000);

    it('trade both ways, once per evaluation that says so', () => {
      const decided = busy.evaluations.filter(({ data }) => data.action === 'BUY' || data.action === 'SELL');
      expect(new Set(decided.map(({ data }) => data.action))).toEqual(new Set(['BUY', 'SELL']));
      const [opening, ...orders] = busy.orders;
      expect(opening?.['tick_id']).toBeNull();
      expect(orders.map((order) => [order['tick_id'], order['status']])).toEqual(decided.map(({ data }) => [data.tick_id, 'FILLED']));
      expect(busy.result.buys + busy.result.sells).toBe(busy.orders.length);
    });

    it('trade in extended hours where that is allowed, never when the exchange is closed', () => {
      const sessions = busy.evaluations.filter(({ data }) => data.order_id !== null).map(({ data }) => data.session);
      expect(new Set(sessions)).toEqual(new Set(['REGULAR', 'EXTENDED']));
    });

    it('move the anchor to each fill: the next decision starts from what was really paid', () => {
      const decided = busy.evaluations.findIndex(({ data }) => data.order_id !== null);
      const [order, next] = [busy.evaluations[decided]?.data, busy.evaluations[decided + 1]?.data];
      expect(next?.position.anchor_price).toBe(order?.price_effective);
      expect(next?.position.anchor_price).not.toBe(order?.position.anchor_price);
    });

    it('can each be decided again from the event alone', () => {
      for (const { data } of busy.evaluations) expect(data).toMatchObject(redecide(data));
    });

    it('give the same answer from files on the command line', async () => {
      const folder = scratch();
      const file = (name: string, content: string): string => {
        writeFileSync(join(folder, name), content);
        return join(folder, name);
      };
      const files = ['--bars', file('bars.csv', bars), '--quotes', file('quotes.csv', quotesCsv(quotes))];
      const money = ['--cash', '100000', '--stock-pct', '50', '--config', file('rules.json', JSON.stringify(own))];
      expect(await vbJson(['replay', '--symbol', 'AAPL', '--exchange', 'XNAS', ...files, ...money])).toEqual(busy.result);
    }, 120_000);
  });

  describe('with the settings of the product', () => {
    let quiet: Run;
    beforeAll(async () => (quiet = await run(DEFAULT_SETTINGS_TEXT)), 120_000);

    it('trade in the regular session only', () => {
      const reasons = new Map(quiet.evaluations.map(({ data }) => [`${data.session} ${data.reason}`, data.action]));
      expect(Object.fromEntries(reasons)).toEqual({
        'EXTENDED MARKET_CLOSED': 'HOLD',
        'CLOSED MARKET_CLOSED': 'HOLD',
        'REGULAR NO_TRIGGER': 'HOLD',
      });
    });

    it('cost less than a kilobyte per minute in which nothing happens', () => {
      const sizes = quiet.evaluations.map(({ row }) => sizeOf(row));
      expect(sizes).toHaveLength(ticks.length);
      expect(Math.max(...sizes)).toBeLessThan(1_024);
    });
  });

  const scratch = scratchFolders();
});

/** Bytes of the event, header and data, with ids as long as a running system's; the log's own salt and hashes are not part of it. */
function sizeOf({ salt: _salt, leaf: _leaf, chain: _chain, ...event }: Row): number {
  const cells = Object.values(event).map((cell) => String(cell ?? '').replace(/id-\d{8}/g, '0193a5b2-7c1e-7d3f-8a4b-5c6d7e8f9a0b'));
  return Buffer.byteLength(cells.join(''));
}
