import { VirtualClock, VirtualTimer } from '../time/virtual-clock';
import { InFlight } from './in-flight';

const setUp = () => {
  const clock = new VirtualClock('2026-11-20T14:35:00.000Z');
  return { clock, inFlight: new InFlight(new VirtualTimer(clock)) };
};

describe('requests with one key', () => {
  it('run one after the other', async () => {
    const { inFlight, clock } = setUp();
    const order: string[] = [];
    const request = async (name: string): Promise<void> => {
      const free = await inFlight.take('k', 5000);
      order.push(`${name} in`);
      await Promise.resolve();
      order.push(`${name} out`);
      free?.();
    };
    await Promise.all([request('a'), request('b'), request('c')]);
    expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(clock.pending).toBe(0);
  });

  it('do not wait for requests with another key', async () => {
    const { inFlight } = setUp();
    expect(await inFlight.take('k', 5000)).not.toBeNull();
    expect(await inFlight.take('l', 5000)).not.toBeNull();
  });

  it('give up after their patience, and the key is free again when the first one ends', async () => {
    const { inFlight, clock } = setUp();
    const free = await inFlight.take('k', 5000);
    const waiting = inFlight.take('k', 5000);
    clock.advance(5000);
    expect(await waiting).toBeNull();
    free?.();
    expect(await inFlight.take('k', 5000)).not.toBeNull();
  });
});
