/** `vb replay` and `vb simulate` as a user runs them: the same arguments, the same text to the last character. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { barsCsv, minutesOf, PRE_OPEN, quotesCsv, recordedQuotes } from '../support/minutes-files';
import { inPairs, vb } from './support/vb';

const DATA = join(__dirname, '../data');
const [FRIDAY, MONDAY] = ['2014-06-06', '2014-06-09'];

describe('a replay and a simulation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vb-same-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const quotes = recordedQuotes([FRIDAY, MONDAY]);
  const minutes = [...minutesOf(FRIDAY, 15 * 60 + 45), ...minutesOf(MONDAY, PRE_OPEN - 1)];
  const apple = ['--symbol', 'AAPL', '--bars', file('aapl.csv', barsCsv(minutes, quotes)), '--exchange', 'XNAS', '--cash', '100000'];
  const split = ['--actions', file('split.csv', `ex_date,type,value,pay_date\n${MONDAY},split,7/1,\n${MONDAY},dividend,0.47,${MONDAY}\n`)];
  const seen = ['--quotes', file('quotes.csv', quotesCsv(quotes))];
  const config = (name: string, settings: object): readonly string[] => ['--config', file(name, JSON.stringify(settings))];
  const hours = Array.from({ length: 60 }, (_, hour) => {
    const price = (100 + 8 * Math.sin(hour / 5)).toFixed(2);
    return `${new Date(Date.parse('2024-03-09T00:30:00Z') + hour * 3_600_000).toISOString()},${price},${price},${price},${price},`;
  });
  const coin = file('coin.csv', ['ts,open,high,low,close,volume', ...hours].join('\n'));

  const cocaCola = ['--symbol', 'KO', '--bars', join(DATA, 'daily/KO.csv'), '--actions', join(DATA, 'daily/KO.actions.csv')].concat([
    '--cash',
    '100000',
    '--stock-pct',
    '50',
    '--start',
    '2012-01-03',
    '--end',
    '2013-12-31',
  ]);

  const RUNS: readonly (readonly [string, readonly string[]])[] = [
    [
      'days with dividends, taxed, between two dates, with daily limits and a minimum',
      [
        ...cocaCola,
        ...config('days.json', {
          withholding_tax_pct: '15',
          max_orders_per_day: 1,
          max_daily_notional: '9000',
          min_notional: '500',
          action_below_min: 'clip',
        }),
      ],
    ],
    [
      'recorded minutes with their quotes across a split and a dividend, in extended hours, by the last price',
      [
        ...apple,
        ...split,
        ...seen,
        '--stock-pct',
        '50',
        ...config('late.json', { allow_after_hours: true, up_threshold_pct: '0.2', down_threshold_pct: '0.2', price_policy: 'LAST' }),
      ],
    ],
    [
      'the same minutes without quotes, in the regular session alone',
      [...apple, ...split, '--stock-pct', '50', ...config('regular.json', { up_threshold_pct: '0.2', down_threshold_pct: '0.2' })],
    ],
    ['a market that never closes', ['--symbol', 'BTC', '--bars', coin, '--exchange', '24X7', '--cash', '5000', '--stock-pct', '60']],
  ];
  let printed: readonly (readonly [string, string])[] = [];
  beforeAll(async () => {
    printed = await inPairs(RUNS, async ([, args]) => {
      const ends = [await vb(['replay', ...args, '--json']), await vb(['simulate', ...args, '--json'])] as const;
      for (const { code, stderr } of ends) expect([code, stderr]).toEqual([0, '']);
      return [ends[0].stdout, ends[1].stdout] as const;
    });
  }, 600_000);

  it.each(RUNS.map(([what], index) => [what, index] as const))('print the same of %s', (_what, index) => {
    const [replayed, simulated] = printed[index] ?? ['', 'nothing'];
    expect(simulated).toBe(replayed);
    const { buys, sells } = JSON.parse(simulated) as { readonly buys: number; readonly sells: number };
    expect(buys + sells).toBeGreaterThan(2);
  });
});
