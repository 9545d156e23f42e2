import * as fc from 'fast-check';
import { formatAmount, parseAmount } from '../kernel/amount';
import { later } from '../kernel/clock';
import { acceptBar, judgeQuote, type QuoteGateInput, type QuoteVerdict, type RawQuote } from './quote-gate';
import { type JumpSettings, NO_MEMORY, type QuoteMemory, restateMemory } from './quote-gate-jump';
import type { PricePolicy } from './price-policy';

const now = '2026-11-20T14:35:00.000Z';
const minutesAgo = (minutes: number): string => later(now, -minutes * 60_000);
const jumps = (max: string, halt: string): JumpSettings => ({ max_jump_pct: parseAmount(max), halt_jump_pct: parseAmount(halt) });
const settings = {
  price_policy: 'MID' as PricePolicy,
  max_quote_age_minutes: parseAmount('15'),
  max_spread_pct: parseAmount('5'),
  ...jumps('25', '40'),
};

const judge = (quote: RawQuote | null, changes: Partial<QuoteGateInput> = {}): QuoteVerdict =>
  judgeQuote({ quote: quote === null ? null : { ts: now, ...quote }, now, settings, memory: null, explained: false, ...changes });
const under = (price_policy: PricePolicy): Partial<QuoteGateInput> => ({ settings: { ...settings, price_policy } });
const said = (verdict: QuoteVerdict): string =>
  verdict.usable ? `${verdict.price_source} ${formatAmount(verdict.price)}` : `${verdict.reason}${verdict.halt ? ' HALT' : ''}`;
const good = (price: string, ts: string): QuoteMemory => ({ ...NO_MEMORY, last_good_price: price, last_good_ts: ts });

describe('a quote', () => {
  it('is traded on at the price of the policy, and remembered', () => {
    const verdict = judge({ bid: '99', ask: '101' });
    expect(said(verdict)).toBe('MID 100');
    expect(verdict.memory).toEqual(good('100', now));
  });

  it('falls back to the last trade where MID lacks a side', () => expect(said(judge({ bid: '99', last: '100' }))).toBe('LAST 100'));

  it('is read from numbers as from text', () => expect(said(judge({ bid: 150.25, ask: 150.25 }))).toBe('MID 150.25'));

  it('that is missing, or lacks the price of the policy, is NO_QUOTE', () => {
    expect(said(judge(null))).toBe('NO_QUOTE');
    expect(said(judge({}))).toBe('NO_QUOTE');
    expect(said(judge({ bid: '99' }))).toBe('NO_QUOTE');
    expect(said(judge({ bid: '99', ask: '101' }, under('LAST')))).toBe('NO_QUOTE');
  });

  it('is used up to the age limit by its own source time, and stale beyond', () => {
    expect(said(judge({ ts: minutesAgo(15), last: '100' }))).toBe('LAST 100');
    expect(said(judge({ ts: later(minutesAgo(15), -1), last: '100' }))).toBe('STALE_QUOTE');
  });

  it('from over a minute ahead is not believed', () => {
    expect(said(judge({ ts: minutesAgo(-1), last: '100' }))).toBe('LAST 100');
    expect(said(judge({ ts: later(minutesAgo(-1), 1), last: '100' }))).toBe('BAD_QUOTE');
  });

  it.each([undefined, null, '', 'yesterday', 1_795_185_300_000, '2026-11-20'])('without a readable source time is bad: %p', (ts) =>
    expect(said(judge({ ts, last: '100' }))).toBe('BAD_QUOTE'),
  );

  const notPrices = ['0', '-1', 0, -5, NaN, Infinity, '1e400', 1e-7, 'NaN', '', ' 100', '0.000000001', '1234567890123', true, {}, [100]];
  it.each(notPrices)('with a price that is no positive amount never trades, whichever price it is: %p', (price) => {
    expect(said(judge({ last: price }))).toBe('BAD_QUOTE');
    expect(said(judge({ bid: '100', ask: price, last: '100' }))).toBe('BAD_QUOTE');
    expect(said(judge({ bid: '100', ask: '100', last: price }))).toBe('BAD_QUOTE');
    expect(said(judge({ bid: price, last: '100' }, under('LAST')))).toBe('BAD_QUOTE');
  });

  it('that bids above its ask is crossed under every policy', () => {
    for (const policy of ['MID', 'LAST', 'BID', 'ASK'] as const) {
      expect(said(judge({ bid: '100.01', ask: '100', last: '100' }, under(policy)))).toBe('CROSSED_QUOTE');
      expect(judge({ bid: '100', ask: '100', last: '100' }, under(policy)).usable).toBe(true);
    }
  });

  it('wider than the limit gives no middle, but may give its last trade', () => {
    const wide = { bid: '97.5', ask: '102.50000001', last: '100' };
    expect(said(judge({ ...wide, ask: '102.5' }))).toBe('MID 100');
    expect(said(judge(wide))).toBe('WIDE_QUOTE');
    expect(said(judge(wide, under('LAST')))).toBe('LAST 100');
    expect(said(judge({ bid: '1', ask: '649.35' }))).toBe('WIDE_QUOTE');
  });

  it('that is unusable changes nothing of what is remembered', () => {
    const memory = good('100', minutesAgo(5));
    for (const bad of [null, { last: '0' }, { ts: minutesAgo(20), last: '100' }, { bid: '2', ask: '1' }, { bid: '50', ask: '150' }]) {
      expect(judge(bad, { memory }).memory).toEqual(memory);
    }
  });

  it('costs a reason and never an exception, whatever a provider sends', () => {
    const price = fc.oneof(fc.anything(), fc.double(), fc.constant('100'));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.constant(now)), price, price, price, (ts, bid, ask, last) => {
        const verdict = judge({ ts, bid, ask, last }, { memory: good('100', minutesAgo(1)) });
        if (!verdict.usable) expect(verdict.reason).toMatch(/^(NO|STALE|BAD|CROSSED|WIDE)_QUOTE$|^PRICE_JUMP$/);
        else expect(verdict.price).toBeGreaterThan(0n);
      }),
    );
  });
});

describe('a price far from the last good one', () => {
  const memory = good('1000', minutesAgo(10));
  /** Prices one minute apart, starting 9 minutes ago, unless a time is given. */
  const feed = (prices: readonly (string | readonly [string, string])[], limits: JumpSettings, start = memory): string[] => {
    let held = start;
    return prices.map((item, index) => {
      const [last, ts] = typeof item === 'string' ? [item, minutesAgo(9 - index)] : item;
      const verdict = judge({ ts, last }, { memory: held, settings: { ...settings, ...limits } });
      held = JSON.parse(JSON.stringify(verdict.memory)) as QuoteMemory;
      return said(verdict);
    });
  };
  // A fall of 7 % is no split ratio's neighbour, unlike nearly every larger one.
  const narrow = jumps('5', '40');

  it('is held back beyond the limit, and the limit itself is not', () => {
    expect(feed(['1250'], settings)).toEqual(['LAST 1250']);
    expect(feed(['750'], settings)).toEqual(['LAST 750']);
    expect(feed(['645'], settings)).toEqual(['PRICE_JUMP']);
    expect(feed(['1050.00000001'], narrow)).toEqual(['PRICE_JUMP']);
  });

  it('is traded on once two later quotes stay near it', () => {
    expect(feed(['1060', '1061', '1059'], narrow)).toEqual(['PRICE_JUMP', 'PRICE_JUMP', 'LAST 1059']);
    expect(feed(['645', '645.5', '644.5', '640'], settings)).toEqual(['PRICE_JUMP', 'PRICE_JUMP', 'LAST 644.5', 'LAST 640']);
  });

  it('is not confirmed by the same quote seen again, nor by an earlier one', () => {
    const [first, second, earlier] = [minutesAgo(5), minutesAgo(4), minutesAgo(6)];
    const seen = feed([['1060', first], ['1060', first], ['1060', earlier], ['1060', second], ['1060', second]], narrow); // prettier-ignore
    expect(seen).toEqual(Array(5).fill('PRICE_JUMP'));
  });

  it('is confirmed only within 5 % of the new price, bounds included', () => {
    const band = jumps('1', '100');
    expect(feed(['1060', '1060', '1007.0'], band, good('1040', minutesAgo(10)))).toEqual(['PRICE_JUMP', 'PRICE_JUMP', 'LAST 1007']);
    expect(feed(['1060', '1060', '1006.99'], band, good('1040', minutesAgo(10)))).toEqual(Array(3).fill('PRICE_JUMP'));
  });

  it('waits anew where the next quote is elsewhere again', () => {
    const seen = feed(['1060', '1061', '940', '941', '939'], narrow);
    expect(seen).toEqual(['PRICE_JUMP', 'PRICE_JUMP', 'PRICE_JUMP', 'PRICE_JUMP', 'LAST 939']);
  });

  it('was a spike where the old price comes back: its witnesses are forgotten', () => {
    const seen = feed(['1060', '1061', '1000', '1060', '1061'], narrow);
    expect(seen).toEqual(['PRICE_JUMP', 'PRICE_JUMP', 'LAST 1000', 'PRICE_JUMP', 'PRICE_JUMP']);
  });

  it('halts the position beyond the halt limit, however often it is seen', () => {
    const limits = jumps('5', '6.5');
    expect(feed(['1065'], limits)).toEqual(['PRICE_JUMP']);
    expect(feed(['1065.01', '1065.01', '1065.01'], limits)).toEqual(Array(3).fill('PRICE_JUMP HALT'));
    expect(feed(['10000', '100'], settings)).toEqual(['PRICE_JUMP HALT', 'PRICE_JUMP HALT']);
  });

  it.each(['1500', '666.7', '727.5', '1333', '1111'])('halts the position where it looks like a split: %s', (price) =>
    expect(feed([price, price, price], jumps('5', '60'))).toEqual(Array(3).fill('PRICE_JUMP HALT')),
  );

  it('looks like a split within 3 % of the ratio, bounds included', () => {
    // 10:9 of 900 is 1000; its lower bound is 970, below which no ratio up to 10 lies near
    expect(feed(['970'], jumps('5', '60'), good('900', minutesAgo(10)))).toEqual(['PRICE_JUMP HALT']);
    expect(feed(['969.99'], jumps('5', '60'), good('900', minutesAgo(10)))).toEqual(['PRICE_JUMP']);
  });

  it('is good where a corporate action explains it', () => {
    const verdict = judge({ last: '500' }, { memory, explained: true });
    expect(said(verdict)).toBe('LAST 500');
    expect(verdict.memory).toEqual(good('500', now));
  });

  it('is measured from the newest price, though an older quote came late', () => {
    const late = judge({ ts: minutesAgo(12), last: '1010' }, { memory });
    expect(said(late)).toBe('LAST 1010');
    expect(late.memory).toEqual(memory);
  });
});

describe('the last good price after a corporate action', () => {
  const split = restateMemory(good('649.35', minutesAgo(10)), { n: 1n, d: 7n }, minutesAgo(1));

  it('is restated, so that the new prices are no jump', () => {
    expect(split.last_good_price).toBe('92.76428571');
    expect(said(judge({ last: '92.5' }, { memory: split }))).toBe('LAST 92.5');
  });

  it('holds, and does not halt, while a feed still shows the price before it', () => {
    const verdict = judge({ last: '648' }, { memory: split });
    expect(said(verdict)).toBe('PRICE_JUMP');
    expect(said(judge({ last: '92.5' }, { memory: verdict.memory }))).toBe('LAST 92.5');
  });

  it('is none where there was none, and the first good one is from after the action', () => {
    const none = restateMemory(NO_MEMORY, { n: 1n, d: 7n }, minutesAgo(5));
    const before = judge({ ts: minutesAgo(6), last: '648' }, { memory: none });
    expect(said(before)).toBe('PRICE_JUMP');
    const after = judge({ ts: minutesAgo(5), last: '92.5' }, { memory: before.memory });
    expect(said(after)).toBe('LAST 92.5');
    expect(after.memory).toEqual(good('92.5', minutesAgo(5)));
  });
});

describe('a historical bar', () => {
  it('is a fact that no check refuses', () => expect(said(acceptBar(parseAmount('29.125')))).toBe('LAST 29.125'));
});
