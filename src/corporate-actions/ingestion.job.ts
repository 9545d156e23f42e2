/** Asks the provider for announcements once a night, after the last session of the day. */
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Clock } from '../kernel/clock';
import { SYSTEM_TENANT, systemContext } from '../kernel/context';
import { IngestActions, type IngestView } from '../contracts/corporate-action';
import type { Job } from '../platform/scheduling/job-runner';
import { Ingestion } from './ingestion';

@CommandHandler(IngestActions)
export class IngestActionsHandler implements ICommandHandler<IngestActions> {
  constructor(private readonly ingestion: Ingestion) {}

  execute({ context }: IngestActions): Promise<IngestView> {
    return this.ingestion.run(context);
  }
}

export class IngestionJob implements Job {
  readonly name = 'ingest-corporate-actions';
  readonly setting = 'the schedule of corporate actions';
  /** UTC: 20:30 or 21:30 in New York, after extended trading has ended at 20:00. */
  readonly cron = '30 1 * * *';

  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    await this.commands.execute(new IngestActions(systemContext(SYSTEM_TENANT, this.name, `${this.name}:${this.clock.now()}`)));
  }
}
