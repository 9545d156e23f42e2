import { parseAmount } from '../kernel/amount';
import { priceHistory } from './benchmarks';
import { figuresOf } from './held-figures';
import { HeldStretches } from './held-stretches';
import { marketOf, type Metrics, metricsOf, reportOf } from './metrics';
import { type HoldingChange, outcomesOf } from './metrics-outcomes';

const days = ['2026-01-02', '2026-01-05', '2026-01-06', '2026-01-07'];

const NO_SELLS = { win_rate: null, profit_factor: null };

/** A run that holds `qty` shares and `cash` from first to last, in a market that cost nothing to hold. */
function holding(prices: readonly number[], qty: number, cash: number, market: readonly number[] = prices, turnover = '0'): Metrics {
  const history = priceHistory(
    market.map((close, bar) => ({ day: days[bar] ?? '', close: parseAmount(String(close)) })),
    [],
  );
  const held = new HeldStretches();
  held.add(0, qty, cash);
  const none = parseAmount('0');
  const terms = { cash: parseAmount('1000'), qty: none, qty_step: parseAmount('1'), commission_rate: none, withholding_tax_pct: none };
  const compared = marketOf(history, { ...terms, minor_unit: parseAmount('0.01') });
  return metricsOf({ figures: figuresOf(history, held), turnover: parseAmount(turnover), outcomes: NO_SELLS }, compared);
}

const fill = (side: 'BUY' | 'SELL', qty: string, price: string): HoldingChange => ({
  type: 'fill',
  side,
  qty: parseAmount(qty),
  price: parseAmount(price),
});
const outcomes = (qty: string, ...changes: HoldingChange[]) => outcomesOf(parseAmount(qty), parseAmount('100'), changes);

describe('metrics of a run', () => {
  it('state the mean share of stock over all bars', () => expect(holding([100, 300], 1, 100).exposure).toBeCloseTo(0.625, 12));

  it('measure beta and alpha against buy and hold', () => {
    const { beta, alpha } = holding([100, 110, 99, 108.9], 1, 100, [100, 110, 99, 108.9]);
    expect(beta).toBeGreaterThan(0.4);
    expect(beta).toBeLessThan(0.6);
    expect(alpha).not.toBeNull();
    expect(holding([100, 110, 99], 1, 0, [100, 110, 99])).toMatchObject({ beta: expect.closeTo(1, 12), alpha: expect.closeTo(0, 12) });
  });

  it('have no beta where the market stood still', () => {
    expect(holding([100, 110, 99], 1, 0, [100, 100, 100])).toMatchObject({ beta: null, alpha: null });
  });

  it('punish only falls in the Sortino ratio, over all days', () => {
    const { sortino } = holding([100, 110, 99], 1, 0);
    expect(sortino).toBeCloseTo(0, 12);
    const { sortino: gaining } = holding([100, 120, 108], 1, 0);
    expect(gaining).toBeCloseTo((0.05 * Math.sqrt(252)) / Math.sqrt(0.01 / 2), 10);
    expect(holding([100, 110, 121], 1, 0)).toMatchObject({ sortino: null, calmar: null });
  });

  it('put turnover in relation to the mean daily equity of a year', () => {
    expect(holding([100, 200, 300], 1, 0, [100, 200, 300], '400').turnover_per_year).toBeCloseTo(2 * 126, 10);
  });

  it('are null with fewer than 2 returns, except those that need none', () => {
    expect(holding([100, 90], 1, 0)).toEqual({
      total_return: null,
      cagr: null,
      volatility: null,
      sharpe: null,
      sortino: null,
      max_drawdown: expect.closeTo(-0.1, 12),
      max_drawdown_days: 3,
      calmar: null,
      beta: null,
      alpha: null,
      exposure: 1,
      turnover_per_year: null,
      win_rate: null,
      profit_factor: null,
    });
  });

  it('are null where there never was any equity', () => {
    const metrics = holding([100, 100, 100], 0, 0);
    expect(Object.values(metrics).filter((value) => value !== null && value !== 0)).toEqual([]);
    expect(metrics.exposure).toBeNull();
  });
});

it('a report taxes the dividends of both benchmarks as those of the run', () => {
  const prices = days.map((day) => ({ day, close: parseAmount('100') }));
  const history = priceHistory(prices, [{ ex_date: '2026-01-06', type: 'dividend', amount: parseAmount('10') }]);
  const [none, cash] = [parseAmount('0'), parseAmount('1000')];
  const terms = { cash, qty: none, qty_step: parseAmount('1'), commission_rate: none, minor_unit: parseAmount('0.01') };
  const held = new HeldStretches();
  held.add(0, 10, 0);
  const { benchmarks } = reportOf(
    { figures: figuresOf(history, held), turnover: none, outcomes: NO_SELLS },
    marketOf(history, { ...terms, withholding_tax_pct: parseAmount('25') }),
  );
  expect(benchmarks.buy_and_hold.total_return).toBeCloseTo(0.075, 12);
  expect(benchmarks.static_mix.total_return).toBeCloseTo(0.075, 12);
});

describe('outcomes of sells', () => {
  it('do not exist without a sell', () => expect(outcomes('10', fill('BUY', '1', '50'))).toEqual({ win_rate: null, profit_factor: null }));

  it('weigh gains against losses from the average cost', () => {
    // average 95 after the purchase: +50, -25, then nothing gained or lost
    const { win_rate, profit_factor } = outcomes('10', fill('BUY', '10', '90'), fill('SELL', '5', '105'), fill('SELL', '5', '90'), fill('SELL', '5', '95')); // prettier-ignore
    expect(win_rate).toBeCloseTo(1 / 3, 12);
    expect(profit_factor).toBe(2);
  });

  it('name no factor where nothing was lost, and zero where nothing was gained', () => {
    expect(outcomes('10', fill('SELL', '1', '101'))).toEqual({ win_rate: 1, profit_factor: null });
    expect(outcomes('10', fill('SELL', '1', '99'))).toEqual({ win_rate: 0, profit_factor: 0 });
  });

  it('see through a split', () => {
    const halved: HoldingChange = { type: 'split', ratio: { new: 2n, old: 1n }, qty: parseAmount('20') };
    expect(outcomes('10', halved, fill('SELL', '1', '51'), fill('SELL', '1', '49.5'))).toEqual({ win_rate: 0.5, profit_factor: 2 });
  });

  it('count what a short holding gains when it is bought back, and start anew where a fill crosses zero', () => {
    const shortened = [fill('SELL', '15', '110'), fill('BUY', '5', '105')]; // +100 on 10, then +25 on the 5 short
    expect(outcomes('10', ...shortened, fill('BUY', '1', '100'), fill('SELL', '1', '75'))).toEqual({ win_rate: 0.5, profit_factor: 5 });
  });

  it('keep the average cost unrounded from fill to fill', () => {
    // (100 + 2·100.00000001)/3 would round to the price it is sold at
    const changes = [fill('BUY', '2', '100.00000001'), fill('SELL', '1', '100.00000001')];
    expect(outcomes('1', ...changes).win_rate).toBe(1);
  });
});
