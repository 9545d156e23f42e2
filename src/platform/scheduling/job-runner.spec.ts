import { CronTimers } from './cron-timers.port';
import { type Job, JobRunner } from './job-runner';

/** Comes due when a test says so. */
class ManualTimers extends CronTimers {
  readonly due = new Map<string, () => void>();

  start(name: string, _cron: string, _setting: string, due: () => void): () => void {
    this.due.set(name, due);
    return () => void this.due.delete(name);
  }
}

const setUp = (run: Job['run']) => {
  const timers = new ManualTimers();
  const errors: unknown[] = [];
  const runner = new JobRunner(timers, (job, error) => errors.push([job, error]));
  runner.register({ name: 'tick', cron: '*/5 * * * *', setting: 'VB_TICK_CRON', run });
  runner.start();
  return { timers, errors, runner, fire: () => timers.due.get('tick')?.() };
};

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe('jobs', () => {
  it('do not overlap themselves, so that a slow tick is not evaluated twice at a time', async () => {
    const slow = gate();
    let runs = 0;
    const { fire, runner } = setUp(async () => {
      runs += 1;
      await slow.opened;
    });
    fire();
    fire();
    expect(runs).toBe(1);
    expect(runner.statuses()).toEqual([{ name: 'tick', cron: '*/5 * * * *', isRunning: true, runs: 1, skipped: 1, lastError: null }]);
    slow.open();
    await runner.runNow('tick');
    fire();
    expect(runs).toBe(2);
  });

  it('go on after a failure, which is reported', async () => {
    let runs = 0;
    const { fire, runner, errors } = setUp(async () => {
      runs += 1;
      if (runs === 1) throw new Error('no quotes');
    });
    fire();
    await expect(runner.runNow('tick')).rejects.toThrow('no quotes');
    expect(errors).toEqual([['tick', new Error('no quotes')]]);
    expect(runner.statuses()[0]).toMatchObject({ lastError: 'no quotes', isRunning: false });
    await runner.runNow('tick');
    expect(runner.statuses()[0]).toMatchObject({ lastError: null, runs: 2 });
  });

  it('are not cut off at shutdown, and none begins after it', async () => {
    const slow = gate();
    let finished = 0;
    const { fire, runner, timers } = setUp(async () => {
      await slow.opened;
      finished += 1;
    });
    fire();
    const stopped = runner.stop();
    expect(timers.due.size).toBe(0);
    slow.open();
    await stopped;
    expect(finished).toBe(1);
    await runner.runNow('tick');
    expect(finished).toBe(1);
  });
});
