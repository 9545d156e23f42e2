import fc from 'fast-check';
import { type Amount, ofUnits, parseAmount } from '../kernel/amount';
import { blockedZone } from './blocked-zone';
import { decideRules, type RulesInput } from './rules-decision';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from './settings';

const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
const pct = (from: number, to: number) => fc.integer({ min: from, max: to }).map((value) => parseAmount(String(value)));
const amount = (max: number) =>
  fc.oneof(
    fc.constant(0n as Amount),
    fc.integer({ min: 1, max }).map((value) => ofUnits(BigInt(value) * 7_919n)),
  );

const input: fc.Arbitrary<RulesInput> = fc
  .record({
    price: fc.integer({ min: 1, max: 2_000_000 }),
    qty: amount(10_000_000),
    cash: fc.oneof(
      amount(100_000_000),
      fc.integer({ min: 1, max: 12_000 }).map((units) => ofUnits(BigInt(units))),
    ),
    receivable: amount(1_000),
    strategy: fc.constantFrom('proportional', 'fixed_percentage', 'original', 'target_allocation' as const),
    band: fc.tuple(pct(0, 100), pct(0, 100)),
    maxTrade: fc.constantFrom('0', '50', '100'),
    orders: fc.integer({ min: 0, max: 3 }),
    perDay: fc.constantFrom(null, 2),
  })
  .map(({ price, qty, cash, receivable, strategy, band, maxTrade, orders, perDay }) => ({
    price: ofUnits(BigInt(price) * 10_007n),
    qty,
    cash,
    receivable,
    anchor: parseAmount('100'),
    settings: {
      ...settings,
      order_sizing_strategy: strategy,
      rebalance_ratio: parseAmount('0.5'),
      min_stock_pct: band[0] < band[1] ? band[0] : band[1],
      max_stock_pct: band[0] < band[1] ? band[1] : band[0],
      max_trade_pct_of_position: parseAmount(maxTrade),
      max_orders_per_day: perDay,
    },
    step: parseAmount('0.000001'),
    commission_rate: parseAmount('0.0001'),
    day: { orders, notional: 0n as Amount },
  }));

describe('blockedZone', () => {
  it('never takes a bar for blocked on which the rules would have decided something else', () => {
    let zones = 0;
    let withoutCash = 0;
    fc.assert(
      fc.property(input, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }), (held, places) => {
        const decision = decideRules(held);
        const zone = blockedZone(decision, held);
        if (zone === null) return;
        zones++;
        if (decision.reason === 'GUARDRAIL:cash' && held.cash > 0n) withoutCash += Number(zone.to > zone.from);
        expect(held.price >= zone.from && held.price <= zone.to).toBe(true);
        const largest = zone.to < 10n ** 19n ? zone.to : 10n ** 14n;
        const inside = places.map((place) => zone.from + BigInt(Math.floor(Number(largest - zone.from) * place)));
        for (const price of [zone.from, zone.to, ...inside].filter((units) => units >= zone.from && units <= zone.to)) {
          const again = decideRules({ ...held, price: price as Amount });
          expect({ price, action: again.action, reason: again.reason }).toEqual({ price, action: 'HOLD', reason: decision.reason });
        }
      }),
      { numRuns: 6_000 },
    );
    expect(zones).toBeGreaterThan(100);
    expect(withoutCash).toBeGreaterThan(10);
  });

  it('gives none while there is something to trade', () => {
    const held: RulesInput = {
      price: parseAmount('104'),
      qty: parseAmount('500'),
      cash: parseAmount('50000'),
      receivable: 0n as Amount,
      anchor: parseAmount('100'),
      settings,
      step: parseAmount('0.000001'),
      commission_rate: parseAmount('0.0001'),
      day: { orders: 0, notional: 0n as Amount },
    };
    expect(blockedZone(decideRules(held), held)).toBeNull();
  });
});
