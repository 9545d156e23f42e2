import { parseAmount, ZERO } from '../kernel/amount';
import { VirtualClock, VirtualTimer } from '../platform/time/virtual-clock';
import { keepsTheBrokerContract, sampleOrder } from './broker.contract.spec-support';
import { PaperBroker, type PaperBrokerSettings } from './paper-broker.adapter';

const AT = '2026-11-20T14:35:00.000Z';
const usual: PaperBrokerSettings = { slippageBps: ZERO, partialFills: false, latencyMs: 0, rejectRate: ZERO };

function paper(over: Partial<PaperBrokerSettings> = {}): { readonly broker: PaperBroker; readonly clock: VirtualClock } {
  const clock = new VirtualClock(AT);
  return { broker: new PaperBroker({ ...usual, ...over }, clock, new VirtualTimer(clock)), clock };
}

describe('paper broker', () => {
  describe('as it comes', () => {
    keepsTheBrokerContract(() => paper().broker);
  });
  describe('with slippage', () => {
    keepsTheBrokerContract(() => paper({ slippageBps: parseAmount('12.5') }).broker);
  });
  describe('filling in parts', () => {
    keepsTheBrokerContract(() => paper({ partialFills: true }).broker);
  });

  it('fills at the fresh price, worse by the slippage', async () => {
    const { broker } = paper({ slippageBps: parseAmount('10') });
    const prices = [await broker.submit(sampleOrder()), await broker.submit(sampleOrder({ side: 'SELL' }))].map(
      ({ fills }) => fills[0]?.price,
    );
    expect(prices).toEqual(['48.048', '47.952']);
  });
  it('cuts parts to the step, and never loses the rest', async () => {
    const { fills } = await paper({ partialFills: true }).broker.submit(sampleOrder({ qty: '10', qty_step: '1' }));
    expect(fills.map(({ qty }) => qty)).toEqual(['3', '3', '3', '1']);
  });
  it('rejects the share of orders it is told to, the same ones each time', async () => {
    const { broker } = paper({ rejectRate: parseAmount('0.25') });
    const ask = async () => Promise.all(Array.from({ length: 400 }, (_, n) => broker.submit(sampleOrder({ client_order_id: `o-${n}` }))));
    const statuses = (await ask()).map(({ status }) => status);
    const rejected = statuses.filter((status) => status === 'REJECTED').length;
    expect(rejected).toBeGreaterThan(60);
    expect(rejected).toBeLessThan(140);
    expect((await ask()).map(({ status }) => status)).toEqual(statuses);
  });
  it('takes its time where it is told to', async () => {
    const { broker, clock } = paper({ latencyMs: 250 });
    let answered = false;
    const asked = broker.submit(sampleOrder()).then(() => (answered = true));
    clock.advance(249);
    await Promise.resolve();
    expect(answered).toBe(false);
    clock.advance(1);
    await asked;
    expect(answered).toBe(true);
  });
});
