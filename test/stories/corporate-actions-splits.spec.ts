/** Splits against the whole program, and what a person has to book. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IngestActions } from '../../src/contracts/corporate-action';
import { SYSTEM_TENANT, systemContext } from '../../src/kernel/context';
import { CsvActions } from '../../src/market-data/csv-actions.adapter';
import { ActionWorld } from './support/action-world';

const OPENED = '2026-06-01T15:00:00.000Z';
const EX = '2026-06-12';
const FIRST_TICK = '2026-06-12T13:30:00.000Z';

describe('a split', () => {
  let world: ActionWorld;
  let id: string;
  const open = async (lotSize: string | null = null, qty = '100'): Promise<void> => {
    world = await ActionWorld.open({ start: OPENED, lotSize });
    id = await world.openPosition({ qty, cash: '10000', anchor_price: '100' });
    await world.regularClose('2026-06-11', '100');
  };
  const lastEvaluation = async (): Promise<{ readonly reason: string; readonly price_effective?: string }> =>
    JSON.parse((await world.events(`evaluations-${id}`)).at(-1)?.data ?? '{}') as { readonly reason: string };
  afterEach(async () => {
    expect(await world.verify()).toBe(true);
    await world.close();
  });

  it('cases 23, 24, 27 and 29: is applied on its ex-date before the first evaluation, and by itself trades nothing', async () => {
    await open();
    await world.tick('2026-06-11T19:55:00.000Z');
    await world.split(EX, '4:1');
    world.market.price = '25';
    expect(await world.tick(FIRST_TICK)).toMatchObject({ orders: 0, failed: 0 });
    expect(await world.position(id)).toMatchObject({ qty: '400', avg_cost: '25', anchor_price: '25', cash: '10000', status: 'ACTIVE' });
    expect(await lastEvaluation()).toMatchObject({ reason: 'NO_TRIGGER', price_effective: '25' });
    await world.tick('2026-06-12T13:35:00.000Z');
    expect((await world.types(id)).slice(1)).toEqual(['SplitApplied']);
  });

  it('case 24: that a source calls payable before its ex-date takes effect on the ex-date, and not a session earlier', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vb-payable-'));
    try {
      writeFileSync(join(folder, 'KO.actions.csv'), `ex_date,type,value,pay_date\n${EX},split,4/1,2026-06-11\n`);
      world = await ActionWorld.open({ start: OPENED, providers: [new CsvActions(folder)] });
      id = await world.openPosition();
      await world.commands.execute(new IngestActions(systemContext(SYSTEM_TENANT, 'story', 'ingest')));
      expect(await world.announcements()).toMatchObject([{ status: 'ANNOUNCED', ex_date: EX, pay_date: null, ratio: '4:1' }]);
      world.clock.set('2026-06-11T07:30:00.000Z');
      expect(await world.process()).toMatchObject({ applied: 0 });
      await world.tick('2026-06-11T19:55:00.000Z');
      expect(await lastEvaluation()).toMatchObject({ reason: 'NO_TRIGGER', price_effective: '100' });
      expect(await world.position(id)).toMatchObject({ qty: '100', anchor_price: '100' });
      world.market.price = '25';
      await world.tick(FIRST_TICK);
      expect(await lastEvaluation()).toMatchObject({ reason: 'NO_TRIGGER', price_effective: '25' });
      expect(await world.position(id)).toMatchObject({ qty: '400', anchor_price: '25' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('case 23: leaves thresholds, guardrails and minimums alone, which are percentages and amounts of money', async () => {
    await open();
    const before = await world.explain(id);
    await world.split(EX, '4:1');
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    expect(await world.explain(id)).toEqual(before);
  });

  it('case 31: a stock dividend of 5 % is a split: 21 shares for 20', async () => {
    await open();
    expect(await world.split(EX, '1.05')).toMatchObject({ ratio: '21:20' });
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '105', cash: '10000', anchor_price: '95.23809524', avg_cost: '95.23809524' });
  });

  it('case 27: the same fall on a day without a split halts the position', async () => {
    await open();
    await world.tick('2026-06-11T19:55:00.000Z');
    world.market.price = '25';
    await world.tick(FIRST_TICK);
    expect(await world.position(id)).toMatchObject({ status: 'HALTED', qty: '100' });
  });

  it('case 27: announced late, explains the halt and ends it', async () => {
    await open();
    await world.tick('2026-06-11T19:55:00.000Z');
    world.market.price = '25';
    await world.tick(FIRST_TICK);
    await world.split(EX, '4:1');
    await world.tick('2026-06-12T13:35:00.000Z');
    expect(await world.position(id)).toMatchObject({ status: 'ACTIVE', qty: '400', anchor_price: '25' });
    expect(await lastEvaluation()).toMatchObject({ reason: 'NO_TRIGGER' });
  });

  it('a price of before the split, seen once more after it, neither trades nor halts', async () => {
    await open();
    await world.settings(id, 'order-policy', { allow_after_hours: true });
    await world.tick('2026-06-11T19:55:00.000Z');
    await world.split(EX, '4:1');
    await world.tick('2026-06-12T08:00:00.000Z');
    expect(await lastEvaluation()).toMatchObject({ reason: 'PRICE_JUMP' });
    expect(await world.position(id)).toMatchObject({ status: 'ACTIVE', qty: '400' });
    world.market.price = '25.1';
    await world.tick('2026-06-12T08:05:00.000Z');
    expect(await lastEvaluation()).toMatchObject({ reason: 'NO_TRIGGER', price_effective: '25.1' });
  });

  it('case 25: a reverse split of whole shares pays the fraction at the first price after it, before it decides', async () => {
    await open('1');
    await world.split(EX, '1:3');
    world.market.price = '300.6';
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '33', cash: '10000', anchor_price: '300', avg_cost: '300' });
    await world.tick(FIRST_TICK);
    expect(await world.position(id)).toMatchObject({ qty: '33', cash: '10100.2', realized_pnl: '0.2' }); // a third at 300.60
    expect(await lastEvaluation()).toMatchObject({ reason: 'NO_TRIGGER', position: { cash: '10100.2' } });
    await world.tick('2026-06-12T13:35:00.000Z');
    expect((await world.types(id)).slice(1)).toEqual(['SplitApplied', 'CashInLieuPaid']);
  });

  it('case 25: keeps fractions where the position allows them', async () => {
    await open();
    await world.split(EX, '1:3');
    world.market.price = '300';
    await world.tick(FIRST_TICK);
    expect(await world.position(id)).toMatchObject({ qty: '33.333333', cash: '10000' }); // 0.00000033 of a share is no cent
  });

  it('case 26: comes before a dividend of the same date, which is per new share', async () => {
    await open();
    await world.dividend({ ex_date: EX, amount_per_share: '0.5', pay_date: '2026-06-30' });
    await world.split(EX, '2:1');
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '200', dividend_receivable: '100', anchor_price: '49.5' }); // 50·(50 − 0.5)/50
  });

  it('case 26: also where the split becomes known after the dividend was accrued', async () => {
    await open();
    await world.dividend({ ex_date: EX, amount_per_share: '0.5', pay_date: '2026-06-30' });
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    await world.split(EX, '2:1');
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '200', dividend_receivable: '100', anchor_price: '49.5' });
  });

  it('case 23: an accrual of before the split keeps its shares and its amount', async () => {
    await open();
    await world.dividend({ ex_date: '2026-06-10', amount_per_share: '1', pay_date: '2026-06-30' });
    await world.split(EX, '4:1');
    world.clock.set('2026-06-30T15:00:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '400', cash: '10100', dividend_receivable: '0' });
  });

  it('case 32: cancels a live order before it is applied', async () => {
    await open();
    world.clock.set('2026-06-11T19:55:00.000Z');
    const order = await world.order(id, 'SELL', '10');
    await world.split(EX, '4:1');
    world.market.price = '25';
    await world.tick(FIRST_TICK);
    expect((await world.events(`order-${order}`)).at(-1)?.type).toBe('OrderCanceled');
    expect(await world.position(id)).toMatchObject({ qty: '400', live_order_id: null });
  });

  it('a fill of before the split, reported after it, counts in new shares', async () => {
    await open();
    world.clock.set('2026-06-11T19:00:00.000Z');
    const order = await world.order(id, 'BUY', '10');
    await world.split(EX, '4:1');
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    await world.fill(order, '10', '101', '2026-06-11T19:59:00.000Z');
    const position = await world.position(id);
    expect(position).toMatchObject({ qty: '440', cash: '8990', avg_cost: '25.02272727' });
    expect((await world.types(id)).slice(-2)).toEqual(['PositionUpdated', 'SplitAdjusted']);
  });

  it('cancelled after it was applied, never was', async () => {
    await open();
    const { id: action } = await world.split(EX, '4:1');
    world.clock.set('2026-06-12T07:30:00.000Z');
    await world.process();
    await world.cancel(action);
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '100', avg_cost: '100', anchor_price: '100' });
  });

  it.each(['MERGER', 'SPIN_OFF', 'SYMBOL_CHANGE', 'DELISTING'] as const)(
    'case 31: %s halts the position for a person, once',
    async (type) => {
      await open();
      await world.halting(type, EX);
      await world.tick(FIRST_TICK);
      const halted = await world.position(id);
      expect(halted).toMatchObject({ status: 'HALTED', qty: '100' });
      expect(halted.halt_reason).toContain(type);
      expect(await lastEvaluation()).toMatchObject({ reason: 'HALTED' });
      await world.resume(id);
      await world.tick('2026-06-12T13:35:00.000Z');
      expect(await world.position(id)).toMatchObject({ status: 'ACTIVE' });
    },
  );

  it("is everybody's where a platform admin says so, and one tenant's own word stands above it", async () => {
    await open();
    await world.split(EX, '4:1', true);
    await world.split(EX, '2:1');
    world.clock.set('2026-06-12T08:00:00.000Z');
    expect(await world.process()).toMatchObject({ applied: 1, waiting: 0 });
    expect(await world.process()).toMatchObject({ applied: 0, waiting: 0 });
    expect(await world.position(id)).toMatchObject({ qty: '200' });
  });
});
