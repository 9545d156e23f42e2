import type { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { InputError } from '../../kernel/errors';
import { CronTimers } from './cron-timers.port';

/** A timer that comes late still fires; beyond this the deadline is skipped, and found as missed by whoever fires next. */
const LATEST_MS = 60_000;

/** Cron jobs in Nest's registry, with the expressions of settings; in UTC. */
export class NestCronTimers extends CronTimers {
  constructor(private readonly registry: SchedulerRegistry) {
    super();
  }

  start(name: string, cron: string, setting: string, due: () => void): () => void {
    const job = this.create(name, cron, setting, due);
    this.registry.addCronJob(name, job);
    job.start();
    return () => {
      void job.stop();
      if (this.registry.doesExist('cron', name)) void this.registry.deleteCronJob(name); // at shutdown Nest has emptied it before
    };
  }

  private create(name: string, cron: string, setting: string, due: () => void): CronJob {
    try {
      return CronJob.from({ name, cronTime: cron, onTick: due, timeZone: 'UTC', start: false, threshold: LATEST_MS }) as CronJob;
    } catch (cause) {
      const error = new InputError('config.cron', setting, 'a cron expression of 5 or 6 fields (UTC), for example */5 * * * *', cron);
      error.cause = cause;
      throw error;
    }
  }
}
