import fc from 'fast-check';
import { formatAmount, parseAmount, ZERO } from '../kernel/amount';
import type { EvaluationData, EvaluationQuote, RecordedEvaluation } from '../contracts/evaluation';
import { NO_MEMORY } from '../rules/quote-gate-jump';
import { evaluate, type EvaluationInput, memoryAfter, mustHalt, redecide, settingsOf } from './evaluation';
import { compactEvaluation, expandEvaluation } from './evaluation.record';
import type { OpenPositionState } from './position.state';

const NOW = '2026-11-20T14:35:00.000Z';
const position: OpenPositionState = {
  status: 'ACTIVE',
  halt_reason: null,
  portfolio_id: 'pf-1',
  instrument_id: 'in-1',
  symbol: 'ACME',
  exchange: 'XNYS',
  currency: 'USD',
  account_id: 'paper:pf-1',
  strategy_id: 'volatility-balancing',
  strategy_version: 1,
  lot_size: null,
  qty: parseAmount('500'),
  cash: parseAmount('50000'),
  cash_account: 'position:p-1',
  anchor_price: parseAmount('100'),
  anchor_from_first_price: false,
  dividend_receivable: ZERO,
  avg_cost: parseAmount('100'),
  realized_pnl: ZERO,
  total_commission_paid: ZERO,
  total_dividends_gross: ZERO,
  total_dividends_withheld: ZERO,
  total_dividends_net: ZERO,
  reservation: null,
  day: null,
  quote_epoch: 0,
  anchor_base: null,
  opened_at: '2026-11-20T14:00:00.000Z',
  actions: [],
};
const quote = (over: Partial<EvaluationQuote> = {}): EvaluationQuote => ({
  ts: NOW,
  bid: '102.99',
  ask: '103.01',
  last: '103',
  source: 'push',
  ...over,
});
const input = (over: Partial<EvaluationInput> = {}): EvaluationInput => ({
  position_id: '019354a0-0000-7000-8000-000000000001',
  position,
  version: 3,
  own_order: false,
  action_pending: null,
  tick_id: NOW,
  trigger_kind: 'tick',
  evaluated_at: NOW,
  session: 'REGULAR',
  calendar_version: 'xnys-2026.1',
  day: '2026-11-20',
  quote: quote(),
  historical: false,
  memory: null,
  overrides: {},
  settings: settingsOf({}),
  config_version: 'default',
  ...over,
});
const reason = (over: Partial<EvaluationInput>): string => evaluate(input(over)).reason;
const holding = (over: Partial<OpenPositionState>): Partial<EvaluationInput> => ({ position: { ...position, ...over } });

describe('evaluation', () => {
  it('sells into strength by the formula: |A−P|·r·V/P², cut to the step', () => {
    const { action, reason: why, qty, price_effective, deltas } = evaluate(input());
    // V = 500·103 + 50000 = 101500; 3·1.6667·101500/103² = 47.837699…
    expect({ action, why, qty, price_effective }).toEqual({
      action: 'SELL',
      why: 'TRIGGER_SELL',
      qty: '47.837699',
      price_effective: '103',
    });
    expect(deltas).toEqual({ qty: '-47.837699', cash: '4926.7902687', commission: '0.4927283' });
  });
  it('buys into weakness at exactly −3 %', () =>
    expect(evaluate(input({ quote: quote({ bid: '97', ask: '97' }) }))).toMatchObject({ action: 'BUY', reason: 'TRIGGER_BUY' }));
  it('holds a hair inside the threshold', () =>
    expect(reason({ quote: quote({ bid: '102.99999999', ask: '102.99999999' }) })).toBe('NO_TRIGGER'));

  it.each([
    ['a halted position', holding({ status: 'HALTED' }), 'HALTED'],
    ['a paused position', holding({ status: 'PAUSED' }), 'PAUSED'],
    ['a closed market', { session: 'CLOSED' as const }, 'MARKET_CLOSED'],
    ['extended hours without leave', { session: 'EXTENDED' as const }, 'MARKET_CLOSED'],
    ['a day the calendar does not know', { session: 'UNKNOWN' as const }, 'CALENDAR_UNKNOWN'],
    ['no quote', { quote: null }, 'NO_QUOTE'],
    ['a stale quote', { quote: quote({ ts: '2026-11-20T14:19:59.999Z' }) }, 'STALE_QUOTE'],
    ['a quote that is no number', { quote: quote({ bid: 'NaN' }) }, 'BAD_QUOTE'],
    ['a crossed quote', { quote: quote({ bid: '104' }) }, 'CROSSED_QUOTE'],
    ['a bid of 1.00 against 649.35', { quote: quote({ bid: '1', ask: '649.35' }) }, 'WIDE_QUOTE'],
    ['no anchor', holding({ anchor_price: null }), 'NO_ANCHOR'],
    [
      'a live order',
      holding({ reservation: { order_id: 'o', side: 'SELL', qty: ZERO, cash: ZERO, shares: ZERO, counted: false } }),
      'ORDER_PENDING',
    ],
    ['five orders today', holding({ day: { date: '2026-11-20', orders: 5, notional: ZERO } }), 'GUARDRAIL:max_orders_per_day'],
  ])('holds on %s', (_what, over, expected) => {
    const data = evaluate(input(over));
    expect([data.action, data.reason, data.qty]).toEqual(['HOLD', expected, null]);
  });
  it('trades again the day after its limit was reached', () =>
    expect(reason(holding({ day: { date: '2026-11-19', orders: 5, notional: ZERO } }))).toBe('TRIGGER_SELL'));
  it('trades in extended hours where that is allowed', () =>
    expect(reason({ session: 'EXTENDED', settings: settingsOf({ allow_after_hours: true }), overrides: { allow_after_hours: true } })).toBe(
      'TRIGGER_SELL',
    ));

  it('remembers a good price, and waits for two later quotes where the next one jumps', () => {
    const settings = settingsOf({ max_jump_pct: '4', halt_jump_pct: '90' });
    const see = (price: string, second: number, memory: EvaluationData | null): EvaluationData => {
      const ts = `2026-11-20T14:35:0${second}.000Z`;
      const remembered = memory && memoryAfter(memory);
      return evaluate(
        input({
          settings,
          overrides: { max_jump_pct: '4', halt_jump_pct: '90' },
          quote: quote({ ts, bid: price, ask: price }),
          memory: remembered,
          evaluated_at: ts,
        }),
      );
    };
    const good = see('100', 0, null);
    const jumped = see('64.5', 1, good); // within 3 % of no ratio n:m up to 10
    expect(good.reason).toBe('NO_TRIGGER');
    expect([jumped.reason, mustHalt(jumped)]).toEqual(['PRICE_JUMP', false]);
    const once = see('64.6', 2, jumped);
    expect(once.reason).toBe('PRICE_JUMP');
    expect(see('64.6', 2, once).reason).toBe('PRICE_JUMP'); // the same source time does not count again
    expect(see('64.4', 3, once).action).toBe('BUY');
  });
  it('halts on a price that looks like a split', () => {
    const good = evaluate(input({ quote: quote({ bid: '700', ask: '700' }) }));
    const split = evaluate(input({ quote: quote({ bid: '100', ask: '100' }), memory: memoryAfter(good) }));
    expect([split.reason, mustHalt(split)]).toEqual(['PRICE_JUMP', true]);
  });

  it('can be decided again from what it recorded, whatever it saw', () => {
    const prices = fc.integer({ min: 1, max: 30_000 }).map((cents) => formatAmount((BigInt(cents) * 1_000_000n) as never));
    const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
    const seen = fc.record({
      bid: maybe(prices),
      ask: maybe(prices),
      last: maybe(prices),
      ts: fc.constantFrom(NOW, '2026-11-20T14:00:00.000Z'),
      source: fc.constant('push'),
    });
    const sessions = fc.constantFrom('REGULAR' as const, 'EXTENDED' as const, 'CLOSED' as const, 'UNKNOWN' as const);
    const overrides = fc.record({
      up_threshold_pct: fc.constantFrom('3', '0.5', '10'),
      order_sizing_strategy: fc.constantFrom('proportional', 'original', 'target_allocation'),
      action_below_min: fc.constantFrom('hold', 'reject', 'clip'),
      min_notional: fc.constantFrom('100', '5000'),
    });
    fc.assert(
      fc.property(maybe(seen), maybe(prices), sessions, overrides, fc.integer({ min: 0, max: 900 }), (q, good, session, own, qty) => {
        const memory =
          good === null
            ? null
            : {
                last_good_price: good,
                last_good_ts: NOW,
                price_before_action: null,
                restated_to: null,
                candidate_price: null,
                candidate_ts: null,
                confirmations: [],
              };
        const held = { ...position, qty: (BigInt(qty) * 100_000_000n) as never };
        const data = evaluate(input({ quote: q, memory, session, position: held, overrides: own, settings: settingsOf(own) }));
        const stored = JSON.parse(JSON.stringify(compactEvaluation(data))) as RecordedEvaluation;
        const recorded = expandEvaluation(stored, data);
        expect(recorded).toEqual(data);
        expect(recorded).toMatchObject(redecide(recorded));
      }),
    );
  });
  it('judges one quote for each position by what that one remembers, its settings and the time', () => {
    const shared = { quote: quote(), settings: settingsOf({}) };
    const far = { ...NO_MEMORY, last_good_price: '10', last_good_ts: NOW };
    const patient = { max_quote_age_minutes: '60' };
    const late = '2026-11-20T15:00:00.000Z';
    expect(reason(shared)).toBe('TRIGGER_SELL');
    expect(reason({ ...shared, memory: far })).toBe('PRICE_JUMP');
    expect(reason({ ...shared, memory: far, historical: true })).toBe('TRIGGER_SELL');
    expect(reason(shared)).toBe('TRIGGER_SELL');
    expect(reason({ ...shared, evaluated_at: late })).toBe('STALE_QUOTE');
    expect(reason({ ...shared, evaluated_at: late, overrides: patient, settings: settingsOf(patient) })).toBe('TRIGGER_SELL');
  });
  it('keeps the event of a HOLD under one kilobyte with its header', () => {
    const header = 490; // ids, stream, instants, actor, key and hashes of an event as the log stores it
    const data = evaluate(input({ quote: quote({ bid: '100', ask: '100.02' }), memory: memoryAfter(evaluate(input())) }));
    expect(data.action).toBe('HOLD');
    expect(JSON.stringify(compactEvaluation(data)).length + header).toBeLessThan(1_024);
  });
});
