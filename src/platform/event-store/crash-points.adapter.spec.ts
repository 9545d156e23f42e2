import { crashPointsFrom, KillingCrashPoints } from './crash-points.adapter';

describe('crash points', () => {
  it('kill at the nth pass of the named place and at no other', () => {
    const kill = jest.fn();
    const points = new KillingCrashPoints('flush:mid', 2, kill);
    for (const name of ['flush:mid', 'flush:begin', 'flush:begin']) points.hit(name);
    expect(kill).not.toHaveBeenCalled();
    points.hit('flush:mid');
    points.hit('flush:mid');
    expect(kill).toHaveBeenCalledTimes(1);
  });

  it('do nothing where nothing is set', () => {
    crashPointsFrom(undefined).hit('flush:mid');
    crashPointsFrom('').hit('flush:mid');
  });

  it.each(['flush:mid', ':1', 'flush:mid:0', 'flush:mid:x'])('refuse %s in a sentence', (setting) => {
    expect(() => crashPointsFrom(setting)).toThrow(/CRASH_AT must be <name>:<nth>/);
  });
});
