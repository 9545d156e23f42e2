/** Metrics and benchmarks against results that were computed independently (test/data/expected.jsonl). */
import Decimal from 'decimal.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAmount } from '../kernel/amount';
import { buyAndHold, type BuyAndHoldTerms, type PastAction, type PricedDay, priceHistory } from './benchmarks';
import { figuresOf } from './held-figures';
import { HeldStretches } from './held-stretches';
import { marketOf, type Metrics, reportOf } from './metrics';
import { type HoldingChange, outcomesOf } from './metrics-outcomes';
import { type Performance, performanceOf } from './performance';
import { staticMix } from './static-mix';

interface Expected {
  readonly args: {
    readonly bars: string;
    readonly actions: string | null;
    readonly cash: string;
    readonly options: readonly string[];
    readonly config: Readonly<Record<string, string>>;
  };
  readonly result: {
    readonly equity: string;
    readonly cash: string;
    readonly qty: string;
    readonly buys: number;
    readonly sells: number;
    readonly metrics: Metrics;
    readonly benchmarks: { readonly buy_and_hold: Performance; readonly static_mix: Performance };
  };
}

const dataFolder = join(__dirname, '../../test/data');
const linesOf = (file: string): string[] => readFileSync(join(dataFolder, file), 'utf8').trim().split(/\r?\n/);
const expected = linesOf('expected.jsonl').map((line, index): [string, Expected] => {
  const parsed = JSON.parse(line) as Expected;
  return [`line ${index + 1}, ${parsed.args.bars} ${parsed.args.options.join(' ')} ${JSON.stringify(parsed.args.config)}`, parsed];
});

const barsByFile = new Map<string, readonly PricedDay[]>();
function barsOf({ bars: file, options }: Expected['args']): readonly PricedDay[] {
  const all =
    barsByFile.get(file) ??
    linesOf(file)
      .slice(1)
      .map((row): PricedDay => {
        const [day = '', , , , close] = row.split(',');
        return { day, close: parseAmount(close) };
      });
  barsByFile.set(file, all);
  const start = option(options, '--start') ?? '';
  const end = option(options, '--end') ?? '9999';
  return all.filter(({ day }) => day >= start && day <= end);
}

function option(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options[at + 1];
}

function actionsOf(file: string | null): readonly PastAction[] {
  if (file === null) return [];
  return linesOf(file)
    .slice(1)
    .map((row): PastAction => {
      const [ex_date = '', type, value = ''] = row.split(',');
      if (type === 'dividend') return { ex_date, type, amount: parseAmount(value) };
      const [to = '1', from = '1'] = value.split('/');
      return { ex_date, type: 'split', ratio: { new: parseAmount(to), old: parseAmount(from) } };
    });
}

const termsOf = ({ cash, options, config }: Expected['args']): BuyAndHoldTerms => ({
  cash: parseAmount(cash),
  qty: parseAmount(option(options, '--qty') ?? '0'),
  qty_step: parseAmount('0.000001'),
  commission_rate: parseAmount(config['commission_rate'] ?? '0.0001'),
  withholding_tax_pct: parseAmount(config['withholding_tax_pct'] ?? '0'),
  minor_unit: parseAmount('0.01'),
});

/** Relative 1e-9; figures that are zero but for noise are compared to 1e-12. */
function expectSame(received: object, wanted: object): void {
  const figures = new Map<string, unknown>(Object.entries(received));
  expect([...figures.keys()].toSorted()).toEqual(Object.keys(wanted).toSorted());
  const differing = Object.entries(wanted).filter(([name, value]: [string, unknown]) => {
    const figure = figures.get(name);
    if (typeof value !== 'number' || typeof figure !== 'number') return figure !== value;
    return Math.abs(figure - value) > Math.max(Math.abs(value) * 1e-9, 1e-12);
  });
  expect(differing.map(([name, value]) => ({ name, wanted: value as unknown, received: figures.get(name) }))).toEqual([]);
}

describe('benchmarks of real and made-up histories', () => {
  it.each(expected)('tell what holding and a constant mix would have earned: %s', (_title, { args, result }) => {
    const history = priceHistory(barsOf(args), actionsOf(args.actions));
    const terms = termsOf(args);
    const held = buyAndHold(history, terms);
    expectSame(performanceOf(held), result.benchmarks.buy_and_hold);
    const mix = staticMix(history, 1, result.metrics.exposure ?? 0, terms.withholding_tax_pct);
    expectSame(mix, result.benchmarks.static_mix);
  });
});

describe('the report of a run', () => {
  const withoutActions = expected.filter(([, { args }]) => args.actions === null);

  it.each(withoutActions)('states every metric and benchmark: %s', (_title, { args, result }) => {
    const bars = barsOf(args);
    const history = priceHistory(bars, []);
    const run = simulate(bars, args);
    expect([run.equity, run.cash, run.qty]).toEqual([result.equity, result.cash, result.qty]);
    const sides = run.changes.map((change) => change.type === 'fill' && change.side);
    expect(sides.filter((side) => side === 'BUY')).toHaveLength(result.buys);
    expect(sides.filter((side) => side === 'SELL')).toHaveLength(result.sells);
    const terms = termsOf(args);
    const outcomes = outcomesOf(terms.qty, history.firstClose, run.changes);
    const report = reportOf({ figures: figuresOf(history, run.held), turnover: run.turnover, outcomes }, marketOf(history, terms));
    expectSame(report.metrics, result.metrics);
    expectSame(report.benchmarks.buy_and_hold, result.benchmarks.buy_and_hold);
    expectSame(report.benchmarks.static_mix, result.benchmarks.static_mix);
  });
});

/** The trading rule once more, in few lines and in another arithmetic: it supplies the holdings, nothing of it is under test. */
const Big = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN });
const STEP = '0.000001';

function simulate(bars: readonly PricedDay[], { cash: startingCash, options, config }: Expected['args']) {
  const held = new HeldStretches();
  const setting = (name: string, otherwise: string): Decimal => new Big(config[name] ?? otherwise);
  const share = (name: string, otherwise: string): Decimal => setting(name, otherwise).div(100);
  const rate = setting('commission_rate', '0.0001');
  const [low, high] = [share('min_stock_pct', '25'), share('max_stock_pct', '75')];
  const largest = share('max_trade_pct_of_position', '100');
  const closes = bars.map(({ close }) => new Big(close.toString()).div(1e8));
  const firstClose = closes[0] ?? new Big(0);
  let [cash, qty] = [new Big(startingCash), new Big(option(options, '--qty') ?? '0')];
  let [anchor, turnover] = [firstClose, new Big(0)];
  const changes: HoldingChange[] = [];
  const cut = (n: Decimal): Decimal => Big.max(n, 0).toNearest(STEP, Decimal.ROUND_DOWN);
  const notionalOf = (n: Decimal, p: Decimal): Decimal => n.times(p).toDecimalPlaces(8, Decimal.ROUND_HALF_EVEN);
  const feeOf = (n: Decimal, p: Decimal): Decimal => notionalOf(n, p).times(rate).toDecimalPlaces(8, Decimal.ROUND_HALF_UP);

  const fill = (side: 'BUY' | 'SELL', n: Decimal, p: Decimal): void => {
    const [notional, fee] = [notionalOf(n, p), feeOf(n, p)];
    turnover = turnover.plus(notional);
    qty = side === 'BUY' ? qty.plus(n) : qty.minus(n);
    cash = (side === 'BUY' ? cash.minus(notional) : cash.plus(notional)).minus(fee);
    changes.push({ type: 'fill', side, qty: parseAmount(n.toFixed(8)), price: parseAmount(p.toFixed(8)) });
    anchor = p;
  };
  const rawSize = (side: 'BUY' | 'SELL', p: Decimal, value: Decimal): Decimal => {
    const r = setting('rebalance_ratio', '1.6667');
    const target = config['target_stock_pct'] === undefined ? low.plus(high).div(2) : share('target_stock_pct', '0');
    const missing = target.times(value).div(p).minus(qty);
    switch (config['order_sizing_strategy'] ?? 'proportional') {
      case 'proportional':
        return anchor.minus(p).abs().times(r).times(value).div(p.times(p));
      case 'original':
        return anchor.div(p).times(r).times(value).div(p);
      default:
        return side === 'BUY' ? missing : missing.neg();
    }
  };
  const capOf = (side: 'BUY' | 'SELL', p: Decimal, value: Decimal): Decimal => {
    const caps = [
      value.times(largest).div(p),
      ...(side === 'BUY'
        ? [
            high
              .times(value)
              .minus(qty.times(p))
              .div(p.times(rate.times(high).plus(1))),
            cash.div(p.times(rate.plus(1))),
          ]
        : [
            qty
              .times(p)
              .minus(low.times(value))
              .div(p.times(rate.times(low).neg().plus(1))),
            qty,
          ]),
    ];
    return Big.max(Big.min(...caps), 0);
  };
  const holds = (side: 'BUY' | 'SELL', n: Decimal, p: Decimal, value: Decimal): boolean => {
    const left = value.minus(feeOf(n, p));
    if (n.times(p).gt(largest.times(value))) return false;
    if (side === 'SELL') return n.lte(qty) && qty.minus(n).times(p).gte(low.times(left));
    return qty.plus(n).times(p).lte(high.times(left)) && notionalOf(n, p).plus(feeOf(n, p)).lte(cash);
  };
  const evaluate = (p: Decimal): void => {
    const up = p.gte(anchor.times(share('up_threshold_pct', '3').plus(1)));
    if (!up && !p.lte(anchor.times(share('down_threshold_pct', '3').neg().plus(1)))) return;
    const side = up ? 'SELL' : 'BUY';
    const value = qty.times(p).plus(cash);
    const cap = capOf(side, p, value);
    let n = cut(Big.min(rawSize(side, p, value), cap));
    while (n.gt(0) && !holds(side, n, p, value)) n = n.minus(STEP);
    const least = Big.max(setting('min_qty', '0'), setting('min_notional', '0').div(p));
    if (n.gt(0) && n.lt(least)) {
      const raised = least.toNearest(STEP, Decimal.ROUND_UP);
      const clipped = config['action_below_min'] === 'clip' && raised.lte(cap) && holds(side, raised, p, value);
      n = clipped ? raised : new Big(0);
    }
    if (n.gt(0)) fill(side, n, p);
  };

  const opening = cut(new Big(option(options, '--stock-pct') ?? '0').div(100).times(cash).div(firstClose));
  const affordable = cut(cash.div(firstClose.times(rate.plus(1))));
  if (opening.gt(0)) fill('BUY', Big.min(opening, affordable), firstClose);
  closes.forEach((close, bar) => {
    if (bar > 0) evaluate(close);
    held.add(bar, qty.toNumber(), cash.toNumber());
  });
  const equity = qty.times(closes.at(-1) ?? 0).plus(cash);
  return {
    held,
    turnover: parseAmount(turnover.toFixed(8)),
    changes,
    equity: equity.toDecimalPlaces(8).toString(),
    cash: cash.toString(),
    qty: qty.toString(),
  };
}
