/** What evaluations see: sessions, extended hours, quotes and price policies, with figures computed by hand. */
import { tiny } from './simulation.spec-support';

describe('a bar within the day', () => {
  const at = (...lines: readonly string[]): readonly string[] => ['2024-07-02T15:00:00Z 100', ...lines];

  it.each([
    ['before the market opens', '2024-07-03T13:29:00Z', 'MARKET_CLOSED', 'TRIGGER_SELL'],
    ['from the opening on', '2024-07-03T13:30:00Z', 'TRIGGER_SELL', 'TRIGGER_SELL'],
    ['at an early close', '2024-07-03T17:00:00Z', 'MARKET_CLOSED', 'TRIGGER_SELL'],
    ['after the extended hours of an early close', '2024-07-03T21:00:00Z', 'MARKET_CLOSED', 'MARKET_CLOSED'],
    ['on a holiday', '2024-07-04T15:00:00Z', 'MARKET_CLOSED', 'MARKET_CLOSED'],
    ['at night', '2024-07-03T07:59:00Z', 'MARKET_CLOSED', 'MARKET_CLOSED'],
    ['of the first minute before hours', '2024-07-03T08:00:00Z', 'MARKET_CLOSED', 'TRIGGER_SELL'],
  ])('%s', (_when, instant, regular, extended) => {
    expect(tiny({ bars: at(`${instant} 104`) }).reasons).toEqual([regular]);
    expect(tiny({ bars: at(`${instant} 104`), config: { allow_after_hours: true } }).reasons).toEqual([extended]);
  });

  it('in a year that the calendar does not know trades nothing and says so', () => {
    const bars = ['2035-07-02T15:00:00Z 100', '2035-07-02T16:00:00Z 104'];
    expect(tiny({ bars }).reasons).toEqual(['CALENDAR_UNKNOWN']);
  });

  it('counts for equity also where nothing may trade', () => {
    const { run } = tiny({ bars: at('2024-07-04T15:00:00Z 104') });
    expect(Array.from(run.curve.equity)).toEqual([20_000, 20_400]);
  });
});

describe('daily limits', () => {
  const bars = ['2024-03-01T15:00:00Z 100', '2024-03-01T16:00:00Z 104', '2024-03-01T17:00:00Z 108', '2024-03-04T15:00:00Z 108'];

  it('of orders hold the second one of a day, and let the next day trade', () => {
    const { reasons, trades } = tiny({ bars, config: { max_orders_per_day: 1 } });
    expect(reasons).toEqual(['TRIGGER_SELL', 'GUARDRAIL:max_orders_per_day', 'TRIGGER_SELL']);
    expect(trades).toEqual(['SELL 10 @ 104 on bar 1, commission 1.04', 'SELL 9 @ 108 on bar 3, commission 0.972']);
  });

  it('of notional cut the second order to what is left of the day', () => {
    // 1,500 − 1,040 = 460, over 108 = 4.259259… shares; the next day a tenth of 85.740741 shares again
    const { trades } = tiny({ bars: [...bars.slice(0, 3), '2024-03-04T15:00:00Z 112'], config: { max_daily_notional: '1500' } });
    expect(trades).toEqual([
      'SELL 10 @ 104 on bar 1, commission 1.04',
      'SELL 4.259259 @ 108 on bar 2, commission 0.45999997',
      'SELL 8.574074 @ 112 on bar 3, commission 0.96029629',
    ]);
  });

  it('count the opening purchase', () => {
    const { reasons } = tiny({ bars: bars.slice(0, 2), stockPct: '50', config: { max_orders_per_day: 1 } });
    expect(reasons).toEqual(['GUARDRAIL:max_orders_per_day']);
  });
});

describe('a quote', () => {
  const bars = ['2024-03-01 100', '2024-03-04 103'];
  /** Dated bars close at 21:00 in winter. */
  const seen = (line: string, config: object = {}) => tiny({ bars, quotes: [line], config });
  const QUOTE = '2024-03-04T20:59:00Z,103.5,104.5,104.2';

  it.each([
    ['MID', '104'],
    ['LAST', '104.2'],
    ['BID', '103.5'],
    ['ASK', '104.5'],
  ])('is seen by the price policy %s, and the order fills at what was seen', (price_policy, price) => {
    const { trades, result } = seen(QUOTE, { price_policy });
    const fee = String(Number(price) / 100);
    expect(trades).toEqual([`SELL 10 @ ${price} on bar 1, commission ${fee}`]);
    // equity is at the bar's close, not at the quote
    expect(Number(result.equity)).toBeCloseTo(90 * 103 + 10_000 + Number(price) * 10 - Number(fee), 8);
  });

  it('without two sides is its last price', () =>
    expect(seen('2024-03-04T20:59:00Z,,,104.2').trades).toEqual(['SELL 10 @ 104.2 on bar 1, commission 1.042']));

  it.each([
    ['that is not there yet', '2024-03-04T21:00:01Z,104,104,104', 'NO_QUOTE'],
    ['older than fifteen minutes', '2024-03-04T20:44:59Z,104,104,104', 'STALE_QUOTE'],
    ['whose bid is above its ask', '2024-03-04T20:59:00Z,105,104,104', 'CROSSED_QUOTE'],
    ['of nothing', '2024-03-04T20:59:00Z,0,0,0', 'BAD_QUOTE'],
    ['that is no number', '2024-03-04T20:59:00Z,NaN,NaN,NaN', 'BAD_QUOTE'],
    ['wider than 5 %', '2024-03-04T20:59:00Z,100,106,104', 'WIDE_QUOTE'],
  ])('%s decides nothing, and the reason is kept', (_what, line, reason) => {
    const { reasons, trades } = seen(line);
    expect([reasons, trades]).toEqual([[reason], []]);
  });

  const days = ['2024-03-01 100', '2024-03-04 100', '2024-03-05 100', '2024-03-06 100', '2024-03-07 100'];
  const closing = (...prices: readonly string[]) =>
    prices.map((price, index) => `2024-03-0${index + 4}T20:59:00Z,${price},${price},${price}`);

  it('that jumps further than the limit waits for two others that agree', () =>
    expect(tiny({ bars: days, quotes: closing('100', '106', '106.5', '107'), config: { max_jump_pct: '5' } }).reasons).toEqual([
      'NO_TRIGGER',
      'PRICE_JUMP',
      'PRICE_JUMP',
      'TRIGGER_SELL',
    ]));

  it('that jumps by half halts the position for good', () =>
    expect(tiny({ bars: days, quotes: closing('100', '150', '100', '100') }).reasons).toEqual([
      'NO_TRIGGER',
      'PRICE_JUMP',
      'HALTED',
      'HALTED',
    ]));

  it.each([
    ['split', '50', '2024-03-06,split,2,'],
    ['dividend', '60', '2024-03-06,dividend,40,'],
  ])('that halted the position is judged again after a %s', (_action, price, action) =>
    expect(tiny({ bars: days, quotes: closing('100', price, price, price), actions: [action] }).reasons).toEqual([
      'NO_TRIGGER',
      'PRICE_JUMP',
      'NO_TRIGGER',
      'NO_TRIGGER',
    ]),
  );

  it('is no jump where a split explains it', () => {
    const { reasons, result } = tiny({ bars: days, quotes: closing('100', '50', '50', '50'), actions: ['2024-03-05,split,2,'] });
    expect(reasons).toEqual(['NO_TRIGGER', 'NO_TRIGGER', 'NO_TRIGGER', 'NO_TRIGGER']);
    expect(result).toMatchObject({ qty: '200', anchor: '50' });
  });
});

describe('a feed that shows the price from before a split for some minutes more', () => {
  it('holds and does not halt, also where a dividend comes on the same day', () => {
    const bars = ['2024-03-04T15:00:00Z 100', '2024-03-04T20:00:00Z 100', '2024-03-05T15:00:00Z 50', '2024-03-05T15:05:00Z 50'];
    const quotes = ['2024-03-04T20:00:00Z,,,100', '2024-03-05T15:00:00Z,,,100', '2024-03-05T15:05:00Z,,,49'];
    const actions = ['2024-03-05,split,2,', '2024-03-05,dividend,1,'];
    expect(tiny({ bars, quotes, actions }).reasons).toEqual(['NO_TRIGGER', 'PRICE_JUMP', 'NO_TRIGGER']);
  });
});

describe('a quote from before the first session of an ex-date that is seen within it', () => {
  it('is a price from before the split: nothing is done for it', () => {
    // New York opens at 09:00 in London in winter; the first evaluation sees a quote of half a minute before
    const bars = ['2024-03-04T20:00:00Z 100', '2024-03-05T09:00:00Z 50', '2024-03-05T09:05:00Z 50'];
    const quotes = ['2024-03-05T08:59:30Z,,,100', '2024-03-05T09:05:00Z,,,50'];
    const terms = { bars, quotes, actions: ['2024-03-05,split,2,'], config: { allow_after_hours: true } };
    expect(tiny(terms).reasons).toEqual(['PRICE_JUMP', 'NO_TRIGGER']);
  });
});

describe('a dividend', () => {
  it('lowers the anchor by (P − D)/P, is owed on its ex-date and is cash on its pay date', () => {
    // P = 101, D = 2 with 15 % withheld: 100 × 2 = 200, 30 withheld, 170 net; anchor 100 × 99/101 = 98.01980198
    const bars = ['2024-03-01 100', '2024-03-04 101', '2024-03-05 99', '2024-03-06 99', '2024-03-07 99'];
    const terms = { actions: ['2024-03-05,dividend,2,2024-03-07'], config: { withholding_tax_pct: '15' } };
    const owed = tiny({ ...terms, bars: bars.slice(0, 4) }).result;
    expect(owed).toMatchObject({ cash: '10000', receivable: '170', dividends_net: '0', anchor: '98.01980198', equity: '20070' });
    const paid = tiny({ ...terms, bars }).result;
    expect(paid).toMatchObject({ cash: '10170', receivable: '0', dividends_net: '170', equity: '20070', sells: 0, buys: 0 });
  });

  it('on a Monday is measured against Friday, not against bars of the closed days between', () => {
    const bars = ['2024-03-01T15:00:00Z 100', '2024-03-01T20:00:00Z 102', '2024-03-02T15:00:00Z 90', '2024-03-04T15:00:00Z 100'];
    // anchor 100 × (102 − 1.02)/102 = 99
    expect(tiny({ bars, actions: ['2024-03-04,dividend,1.02,'] }).result.anchor).toBe('99');
  });
});
