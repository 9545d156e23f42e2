/** Random tapes and configurations: days or instants, calm or wild, with every rule in play; quotes as feeds send them, bad ones too. */
import fc from 'fast-check';
import { newYorkInstant } from '../../src/market-data/new-york-time';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { XNYS_HOURS } from '../../src/market-data/xnys-calendar';
import type { OracleAction, OracleConfig, OracleRun } from './oracle';

export const calendar = new PublishedCalendar();

export interface RandomRun extends OracleRun {
  /** As the commands read them. */
  readonly csv: string;
  readonly actionsCsv: string;
  readonly quotesCsv: string | null;
}

/** What a run has besides its bars. Quotes are no matter of the oracle's. */
export interface RunParts {
  readonly actions: boolean;
  readonly timed: boolean;
  readonly quotes: boolean;
}

const HEADER = 'open,high,low,close,volume\n';
const pick = <Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined, freq: 2 });

const config: fc.Arbitrary<OracleConfig> = fc
  .record({
    up_threshold_pct: maybe(pick('0.5', '1', '2.5', '5', '0.00000001')),
    down_threshold_pct: maybe(pick('0.5', '1', '2.5', '5', '10')),
    order_sizing_strategy: maybe(pick('proportional', 'fixed_percentage', 'original', 'target_allocation')),
    rebalance_ratio: pick('0.1', '0.5', '1', '0.33333333'),
    target_stock_pct: maybe(pick('30', '55.5')),
    min_stock_pct: maybe(pick('0', '10', '40')),
    max_stock_pct: maybe(pick('60', '90', '100')),
    max_trade_pct_of_position: maybe(pick('1', '5', '20')),
    max_orders_per_day: maybe(pick(1, 2)),
    max_daily_notional: maybe(pick('500', '10000.5')),
    min_notional: maybe(pick('50', '900')),
    min_qty: maybe(pick('1', '7.5')),
    action_below_min: maybe(pick('hold', 'reject', 'clip')),
    commission_rate: maybe(pick('0', '0.001', '0.0123')),
    qty_step: maybe(pick('1', '0.01', '0.00000001')),
    allow_after_hours: maybe(fc.boolean()),
    withholding_tax_pct: maybe(pick('15', '26.375')),
  })
  .map((values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as OracleConfig);

/** Prices in cents that walk, jump and sometimes stand still. */
const closes = fc
  .record({
    start: fc.integer({ min: 150, max: 60_000 }),
    moves: fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 2, maxLength: 60 }),
  })
  .map(({ start, moves }) => {
    let price = start;
    return [start, ...moves.map((move) => (price = Math.max(1, Math.round(price * (1 + move / 500)))))].map((cents) =>
      (cents / 100).toFixed(2),
    );
  });

const START = Date.parse('2024-03-01T00:00:00Z');
const DAY_MS = 86_400_000;

interface Placed {
  readonly label: string;
  readonly at: number;
  readonly day: string;
  readonly open: boolean;
}

/** Every calendar day, or instants some hours apart that fall into all sessions, and on closed days. */
function placed(bars: number, stride: number | null, afterHours: boolean): readonly Placed[] {
  return Array.from({ length: bars }, (_, bar) => {
    if (stride === null) {
      const day = new Date(START + bar * DAY_MS).toISOString().slice(0, 10);
      return { label: day, at: closeOf(day), day, open: true };
    }
    const at = new Date(START + bar * stride * 3_600_000).toISOString();
    const session = calendar.session('XNYS', at);
    return {
      label: at,
      at: Date.parse(at),
      day: calendar.tradingDay('XNYS', at),
      open: session === 'REGULAR' || (session === 'EXTENDED' && afterHours),
    };
  });
}

/** When a dated bar's close is known, also on days without trading. */
function closeOf(day: string): number {
  const known = calendar.day('XNYS', day);
  return known === null || known === 'unknown' ? newYorkInstant(Date.parse(day) / DAY_MS, XNYS_HOURS.close) : Date.parse(known.close);
}

interface RandomQuote {
  readonly before: number;
  readonly off: number;
  readonly spread: number;
  readonly shape: 'both' | 'last' | 'sides' | 'crossed' | 'broken' | 'jump' | 'none';
}

const quotes: fc.Arbitrary<readonly RandomQuote[]> = fc.array(
  fc.record({
    before: pick(0, 1, 60, 899, 900, 901),
    off: fc.integer({ min: -20, max: 20 }),
    spread: pick(0, 1, 4, 30, 60),
    shape: pick('both', 'both', 'both', 'last', 'sides', 'crossed', 'broken', 'jump', 'none' as const),
  }),
  { minLength: 62, maxLength: 62 },
);

/** One quote per bar at most, at or before it. */
function quoteLine({ before, off, spread, shape }: RandomQuote, at: number, close: string): string | null {
  if (shape === 'none') return null;
  const middle = Number(close) * (1 + off / 1_000) * (shape === 'jump' ? 1.3 + spread / 100 : 1);
  const price = (factor: number): string => Math.max(0.01, middle * factor).toFixed(4);
  const [low, high] = [price(1 - spread / 2_000), price(1 + spread / 2_000)];
  const sides = shape === 'crossed' ? [high, price(1 - spread / 1_000 - 0.001)] : shape === 'last' ? ['', ''] : [low, high];
  const last = shape === 'sides' ? '' : shape === 'broken' ? 'NaN' : price(1);
  const bid = shape === 'broken' ? '-1' : sides[0];
  return [new Date(at - before * 1_000).toISOString(), bid, sides[1], last].join(',');
}

interface RandomAction {
  readonly ex: number;
  readonly pays: number | null;
  readonly type: 'dividend' | 'split';
  readonly amount: string;
  readonly ratio: string;
}

const actions: fc.Arbitrary<readonly RandomAction[]> = fc.array(
  fc.record({
    ex: fc.integer({ min: 0, max: 62 }),
    pays: fc.option(fc.integer({ min: -3, max: 20 }), { nil: null }),
    type: pick('dividend' as const, 'split' as const),
    amount: pick('0.01', '0.07', '0.005'),
    ratio: pick('2', '1/3', '7/2', '0.5', '1.5'),
  }),
  { maxLength: 4 },
);

const dateAfter = (days: number): string => new Date(START + days * DAY_MS).toISOString().slice(0, 10);

export const randomRun = (parts: RunParts): fc.Arbitrary<RandomRun> =>
  fc
    .record({
      closes,
      config,
      stride: parts.timed ? pick(null, null, 1.5, 5, 50) : fc.constant(null),
      actions: parts.actions ? actions : fc.constant<readonly RandomAction[]>([]),
      quotes: parts.quotes ? fc.option(quotes, { nil: null, freq: 4 }) : fc.constant(null),
      cash: pick('100000', '2500.5', '0.01', '0', '31.41592653', '12000000', '40000000'),
      start: fc.oneof(
        pick('0', '12.345678', '400').map((qty) => ({ qty, stockPct: null })),
        pick('0', '50', '99', '100').map((stockPct) => ({ qty: null, stockPct })),
      ),
    })
    .map(({ closes: prices, config: settings, stride, actions: events, quotes: seen, cash, start }) => {
      const places = placed(prices.length, stride, settings['allow_after_hours'] === true);
      const bars = places.map((place, bar) => ({ ...place, close: prices[bar] ?? '' }));
      const rows = bars.map(({ label, close }) => `${label},${close},${close},${close},${close},1`);
      const list = oracleActions(events, stride === 1.5);
      const lines = seen && bars.flatMap(({ at, close }, bar) => quoteLine(seen[bar] as RandomQuote, at, close) ?? []);
      return {
        bars,
        actions: list,
        cash,
        ...start,
        config: settings,
        csv: `${stride ? 'ts' : 'date'},${HEADER}${rows.join('\n')}\n`,
        actionsCsv: ['ex_date,type,value,pay_date', ...list.map((action) => Object.values(action).join(','))].join('\n'),
        quotesCsv: lines && ['ts,bid,ask,last', ...lines].join('\n'),
      };
    });

/** Bars that cover a few days only have their actions close together. */
function oracleActions(events: readonly RandomAction[], close: boolean): readonly OracleAction[] {
  const known = new Set<string>();
  return events
    .map(({ ex, pays, type, amount, ratio }) => {
      const day = close ? ex % 5 : ex;
      const value = type === 'split' ? ratio : amount;
      return { ex_date: dateAfter(day), type, value, pay_date: type === 'split' || pays === null ? '' : dateAfter(day + pays) };
    })
    .filter(({ ex_date, type }) => !known.has(ex_date + type) && known.add(ex_date + type));
}
