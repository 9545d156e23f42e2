/** Apple's recorded minutes across its 7:1 split of 2014-06-09, through the live path: announced, and not announced. */
import 'reflect-metadata';
import type { App } from '../../src/app';
import { replay } from '../../src/cli/replay';
import type { RecordedEvaluation } from '../../src/contracts/evaluation';
import { parseAmount, ZERO } from '../../src/kernel/amount';
import { loadCalendar } from '../../src/market-data/calendar-file.adapter';
import { readActions, type RecordedAction } from '../../src/market-data/recorded-actions';
import { readBars } from '../../src/market-data/recorded-bars';
import { readQuotes } from '../../src/market-data/recorded-quotes';
import { Sql } from '../../src/platform/database/sql';
import { HISTORICAL_SETTINGS_TEXT } from '../../src/rules/settings';
import type { RunResult } from '../../src/simulation/run-result';
import { barsCsv, minutesOf, newYork, PRE_OPEN, quotesCsv, recordedQuotes } from '../support/minutes-files';

const [FRIDAY, MONDAY] = ['2014-06-06', '2014-06-09'];
const quotes = recordedQuotes([FRIDAY, MONDAY]);
const minutes = [...minutesOf(FRIDAY, 15 * 60), ...minutesOf(MONDAY, PRE_OPEN - 1)];
const bars = barsCsv(minutes, quotes);

interface Run {
  readonly result: RunResult;
  readonly position: { readonly status: string; readonly qty: string; readonly anchor_price: string; readonly halt_reason: string | null };
  readonly evaluations: readonly RecordedEvaluation[];
  readonly events: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
}

async function run(actions: readonly RecordedAction[], price_policy: 'MID' | 'LAST'): Promise<Run> {
  const calendar = loadCalendar(null);
  const seen: Omit<Run, 'result'>[] = [];
  const inspect = async ({ nest }: App): Promise<void> => {
    const rows = await nest.get(Sql).read('SELECT type, stream, data FROM events ORDER BY position');
    const parsed = rows.map(({ type, stream, data }) => ({
      type: String(type),
      stream: String(stream),
      data: JSON.parse(String(data)) as Record<string, unknown>,
    }));
    const [position] = await nest.get(Sql).read('SELECT state FROM positions');
    seen.push({
      position: JSON.parse(String(position?.['state'])) as Run['position'],
      evaluations: parsed.filter(({ type }) => type === 'EvaluationRecorded').map(({ data }) => data as unknown as RecordedEvaluation),
      events: parsed.filter(({ stream }) => stream.startsWith('position-')),
    });
  };
  const options = {
    symbol: 'AAPL',
    exchange: 'XNAS' as const,
    calendar,
    bars: readBars(bars, 'bars.csv', calendar, 'XNAS'),
    quotes: readQuotes(quotesCsv(quotes), 'quotes.csv'),
    actions,
    cash: parseAmount('100000'),
    qty: ZERO,
    stockPct: parseAmount('50'),
    settings: { ...HISTORICAL_SETTINGS_TEXT, max_drift_bps: '0', slippage_bps: '0', allow_after_hours: true, price_policy },
  };
  const result = await replay(options, undefined, undefined, inspect);
  const [first] = seen;
  if (result === null || !first) throw new Error('the replay was cut off');
  return { result, ...first };
}

const at = ({ evaluations }: Run, minute: number): RecordedEvaluation | undefined =>
  evaluations.find(({ tick_id }) => tick_id === newYork(MONDAY, minute));

describe('a split of seven for one in the middle of recorded minutes', () => {
  /** That minute's sides are too far apart for a middle; its trade is at the price of before the split. */
  describe.each([
    ['MID', 'WIDE_QUOTE'],
    ['LAST', 'PRICE_JUMP'],
  ] as const)('that was announced, under the price policy %s', (policy, reason) => {
    let split: Run;
    beforeAll(async () => (split = await run(readActions('ex_date,type,value\n2014-06-09,split,7', 'actions.csv'), policy)), 120_000);

    it('multiplies shares and divides the anchor by seven, and trades nothing by itself', () => {
      const applied = split.events.find(({ type }) => type === 'SplitApplied');
      const [opening] = split.events.filter(({ type }) => type === 'PositionUpdated');
      expect(split.events.filter(({ type }) => type === 'PositionUpdated')).toHaveLength(1); // the opening purchase
      expect(parseAmount(split.position.qty)).toBe(parseAmount(String(opening?.data['qty'])) * 7n);
      expect(applied?.data).toMatchObject({
        ratio: '7:1',
        qty_before: opening?.data['qty'],
        former_anchor_price: opening?.data['anchor_price'],
      });
      expect(split.position).toMatchObject({ status: 'ACTIVE', anchor_price: applied?.data['anchor_price'] });
      const anchor = parseAmount(split.position.anchor_price);
      const seventh = parseAmount(String(opening?.data['anchor_price']));
      expect(anchor * 7n - seventh <= 4n && seventh - anchor * 7n <= 4n).toBe(true);
    });

    it('holds on the first pre-market minute, which still shows the price of before it', () => {
      expect(at(split, PRE_OPEN)).toMatchObject({ reason });
      expect(split.evaluations.filter(({ action }) => action === 'BUY' || action === 'SELL')).toEqual([]);
      expect(split.position.halt_reason).toBeNull();
    });

    it('goes on with the prices of after it', () => {
      const later = split.evaluations.filter(
        ({ tick_id, reason }) => (tick_id ?? '') > newYork(MONDAY, PRE_OPEN + 30) && reason === 'NO_TRIGGER',
      );
      expect(later.length).toBeGreaterThan(300);
      expect(split.result.sells).toBe(0);
    });
  });

  describe('that nobody announced', () => {
    let silent: Run;
    beforeAll(async () => (silent = await run([], 'MID')), 120_000);

    it('halts the position instead of trading', () => {
      expect(silent.position.status).toBe('HALTED');
      expect(silent.position.halt_reason).toContain('PRICE_JUMP');
      expect(silent.evaluations.filter(({ action }) => action === 'BUY' || action === 'SELL')).toEqual([]);
      expect(silent.events.filter(({ type }) => type === 'PositionUpdated')).toHaveLength(1);
    });
  });
});
