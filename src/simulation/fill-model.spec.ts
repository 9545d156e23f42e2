/** When and at what price orders fill, with figures computed by hand. */
import { tiny } from './simulation.spec-support';

/** 104 is above 100 × 1.03: a tenth of 100 shares is sold. The day after opens at 105 and goes from 102 to 110. */
const RISE = ['2024-03-01 100', '2024-03-04 104', '2024-03-05 105 110 102 105'];

describe('a fill', () => {
  it.each([
    // 10,000 + 10 × 104 − 1.04; 90 × 105 besides
    ['at the close that it was decided on', 'close', 'SELL 10 @ 104 on bar 1, commission 1.04', '11038.96', '20488.96'],
    // 10,000 + 10 × 105 − 1.05
    ['at the next open', 'next_open', 'SELL 10 @ 105 on bar 2, commission 1.05', '11048.95', '20498.95'],
    // halfway between 102 and 110: 10,000 + 10 × 106 − 1.06
    ['at the next middle', 'next_mid', 'SELL 10 @ 106 on bar 2, commission 1.06', '11058.94', '20508.94'],
  ] as const)('%s', (_when, fill, trade, cash, equity) => {
    const { trades, result } = tiny({ bars: RISE, fill });
    expect(trades).toEqual([trade]);
    expect(result).toMatchObject({ cash, equity, qty: '90', sells: 1, buys: 0 });
    expect(result.anchor).toBe(/@ (\d+)/.exec(trade)?.[1]);
  });

  it('is worse by slippage and half the spread: 10 and half of 20 basis points are 0.2 %', () => {
    // 104 × 0.998 = 103.792; 10,000 + 1,037.92 − 1.03792
    const sold = tiny({ bars: RISE.slice(0, 2), slippage: '10', spread: '20' });
    expect(sold.trades).toEqual(['SELL 10 @ 103.792 on bar 1, commission 1.03792']);
    expect(sold.result).toMatchObject({ cash: '11036.88208', turnover: '1037.92', anchor: '103.792' });
    // a tenth of 10,000 at 96 is 10.416666 shares, paid at 96 × 1.002: 1,001.99993587 and 0.1 % of it
    const bought = tiny({ bars: ['2024-03-01 100', '2024-03-04 96'], slippage: '10', spread: '20' });
    expect(bought.trades).toEqual(['BUY 10.416666 @ 96.192 on bar 1, commission 1.00199994']);
    expect(bought.result.cash).toBe('8996.99806419');
  });

  it('of a purchase never costs more than there is, costs included', () => {
    // 100 / (96.192 × 1.001) = 1.038548… shares instead of 100 / 96
    const { trades, result } = tiny({
      bars: ['2024-03-01 100', '2024-03-04 96'],
      cash: '100',
      slippage: '10',
      spread: '20',
      config: { rebalance_ratio: '1' },
    });
    expect(trades).toEqual(['BUY 1.038548 @ 96.192 on bar 1, commission 0.09990001']);
    expect(Number(result.cash)).toBeGreaterThanOrEqual(0);
  });

  it('at a later price is cut to what the guardrails allow there', () => {
    // Decided at 96 with V = 19,600: 0.55 V − 9,600 = 1,180 is room for 12.29 shares, a tenth of the cash for 10.42.
    // At 99 V is 19,900: 0.55 V − 9,900 = 1,045, over 99 × (1 + 0.001 × 0.55) = 10.549753… shares, still more than 10.416666.
    const bars = (open: string) => ['2024-03-01 100', '2024-03-04 96', `2024-03-05 ${open} ${open} ${open} ${open}`];
    const config = { max_stock_pct: '55' };
    expect(tiny({ bars: bars('99'), fill: 'next_open', config }).trades).toEqual(['BUY 10.416666 @ 99 on bar 2, commission 1.03124993']);
    // At 102: V = 20,200, 0.55 V − 10,200 = 910, over 102 × 1.00055 = 8.916664… shares.
    expect(tiny({ bars: bars('102'), fill: 'next_open', config }).trades).toEqual(['BUY 8.916664 @ 102 on bar 2, commission 0.90949973']);
    // At 150 the stock is 60 % already.
    const none = tiny({ bars: bars('150'), fill: 'next_open', config });
    expect(none.trades).toEqual([]);
    expect(none.unfilled[0]).toBe('BUY 10.416666 on bar 2: GUARDRAILS_AT_FILL');
    expect(none.result).toMatchObject({ cash: '10000', anchor: '100', buys: 0 });
  });

  it('never comes where the data end first, and the order is told', () => {
    const { trades, unfilled, result } = tiny({ bars: RISE.slice(0, 2), fill: 'next_open' });
    expect([trades, unfilled]).toEqual([[], ['SELL 10 on bar 1: END_OF_DATA']]);
    expect(result).toMatchObject({ cash: '10000', qty: '100', sells: 0, commission: '0' });
  });

  it('never comes where a split comes first: the order was for other shares', () => {
    const bars = [...RISE.slice(0, 2), '2024-03-05 52'];
    const { trades, unfilled, result } = tiny({ bars, fill: 'next_open', actions: ['2024-03-05,split,2,'] });
    // 200 shares, anchor 50: 52 is above 51.5, a tenth of the new shares is ordered, and nothing comes after it
    expect(unfilled).toEqual(['SELL 10 on bar 2: SPLIT', 'SELL 20 on bar 2: END_OF_DATA']);
    expect(trades).toEqual([]);
    expect(result).toMatchObject({ qty: '200', anchor: '50' });
  });

  it('of an order in the evening waits for the morning', () => {
    const bars = [
      '2024-03-01T15:00:00Z 100',
      '2024-03-01T20:55:00Z 104',
      '2024-03-01T22:00:00Z 120',
      '2024-03-04T14:35:00Z 107 109 103 108',
    ];
    expect(tiny({ bars, fill: 'next_open' }).trades).toEqual(['SELL 10 @ 107 on bar 3, commission 1.07']);
    const late = tiny({ bars, fill: 'next_open', config: { allow_after_hours: true } });
    expect(late.trades).toEqual(['SELL 10 @ 120 on bar 2, commission 1.2']);
  });

  it('of the opening is at the first close without costs of the market, cut where cash would go below nothing', () => {
    // All of 10,000 at 100 with 0.1 %: 10,000 / 100.1 = 99.900099… shares
    const { trades, result } = tiny({ bars: RISE.slice(0, 1), stockPct: '100', slippage: '10', fill: 'next_open' });
    expect(trades).toEqual(['BUY 99.900099 @ 100 on bar 0, commission 9.9900099']);
    expect(result.cash).toBe('0.0000901');
  });
});
