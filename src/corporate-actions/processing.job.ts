/** Processes ex-dates and pay dates of every tenant once a night, before the first session of the day. */
import type { CommandBus } from '@nestjs/cqrs';
import type { Clock } from '../kernel/clock';
import { SYSTEM_TENANT, systemContext } from '../kernel/context';
import { ProcessActions } from '../contracts/corporate-action';
import type { Job } from '../platform/scheduling/job-runner';

export class ProcessingJob implements Job {
  readonly name = 'process-corporate-actions';
  readonly setting = 'the schedule of corporate actions';
  /** UTC: 02:30 or 03:30 in New York, after the cutoff at 20:00 and before the pre-market at 04:00. */
  readonly cron = '30 7 * * *';

  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    await this.commands.execute(new ProcessActions(systemContext(SYSTEM_TENANT, this.name, `${this.name}:${this.clock.now()}`)));
  }

  /** What came due while nothing ran. */
  atStart(): Promise<void> {
    return this.run();
  }
}
