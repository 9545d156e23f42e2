import { SchedulerRegistry } from '@nestjs/schedule';
import { NestCronTimers } from './nest-cron-timers.adapter';
import { TickInstants } from './tick-instants';

describe('cron timers', () => {
  it('come due at the instants that name ticks, in UTC', () => {
    const registry = new SchedulerRegistry();
    const cron = '*/7 9-16 * * 1-5';
    const stop = new NestCronTimers(registry).start('tick', cron, 'VB_TICK_CRON', () => undefined);
    const due = registry
      .getCronJob('tick')
      .nextDates(50)
      .map((date) => date.toJSDate().toISOString());
    const instants = new TickInstants(cron);
    for (const [index, instant] of due.entries()) {
      const before = due[index - 1];
      if (before !== undefined) expect(instants.next(before)).toBe(instant);
      expect(instants.nearest(instant)).toBe(instant);
    }
    stop();
    expect(registry.doesExist('cron', 'tick')).toBe(false);
  });

  it('call the job of a schedule until they are stopped', () => {
    const registry = new SchedulerRegistry();
    let calls = 0;
    const stop = new NestCronTimers(registry).start('tick', '0 0 1 1 *', 'VB_TICK_CRON', () => void calls++);
    void registry.getCronJob('tick').fireOnTick();
    expect(calls).toBe(1);
    stop();
  });

  it('let a process stop whose framework has cleared its schedules first', () => {
    const registry = new SchedulerRegistry();
    const stop = new NestCronTimers(registry).start('tick', '*/5 * * * *', 'VB_TICK_CRON', () => undefined);
    registry.deleteCronJob('tick');
    expect(stop).not.toThrow();
  });

  it('refuse an expression they cannot follow, naming the setting', () =>
    expect(() => new NestCronTimers(new SchedulerRegistry()).start('tick', 'x * * * *', 'VB_TICK_CRON', () => undefined)).toThrow(
      'VB_TICK_CRON must be a cron expression',
    ));
});
