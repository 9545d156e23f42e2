import { SystemTimer } from './system-timer.adapter';
import { LONGEST_WAIT_MS } from './timer.port';
import { VirtualClock, VirtualTimer } from './virtual-clock';

const START = '2026-11-20T14:35:00.000Z';

describe('virtual time', () => {
  it('stands still until it is moved', () => {
    const clock = new VirtualClock(START);
    expect(clock.now()).toBe(START);
    clock.advance(1500);
    expect(clock.now()).toBe('2026-11-20T14:35:01.500Z');
    clock.set('2026-11-20T14:00:00.000Z');
    expect(clock.now()).toBe('2026-11-20T14:00:00.000Z');
  });

  it('fires what falls due in order, each at its own instant', () => {
    const clock = new VirtualClock(START);
    const timer = new VirtualTimer(clock);
    const seen: string[] = [];
    timer.after(2000, () => seen.push(`b ${clock.now()}`));
    timer.after(1000, () => {
      seen.push(`a ${clock.now()}`);
      timer.after(500, () => seen.push(`nested ${clock.now()}`));
    });
    clock.advance(5000);
    expect(seen).toEqual(['a 2026-11-20T14:35:01.000Z', 'nested 2026-11-20T14:35:01.500Z', 'b 2026-11-20T14:35:02.000Z']);
    expect(clock.now()).toBe('2026-11-20T14:35:05.000Z');
  });

  it('repeats until it is cancelled, and a cancelled wait never fires', () => {
    const clock = new VirtualClock(START);
    const timer = new VirtualTimer(clock);
    let count = 0;
    const stop = timer.every(1000, () => count++);
    timer.after(10, () => count++)();
    clock.advance(3000);
    expect(count).toBe(3);
    stop();
    clock.advance(3000);
    expect(count).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it.each([new SystemTimer(), new VirtualTimer(new VirtualClock(START))])(
    'refuses a wait of more than a day, which the machine would cut to nothing',
    (timer) => {
      expect(() => timer.after(LONGEST_WAIT_MS + 1, () => undefined)).toThrow(RangeError);
      expect(() => timer.every(LONGEST_WAIT_MS + 1, () => undefined)).toThrow(RangeError);
      expect(() => timer.after(Number.NaN, () => undefined)).toThrow(RangeError);
    },
  );
});
