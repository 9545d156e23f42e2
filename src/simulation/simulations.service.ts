/** Takes requests for simulations and sweeps: refuses what cannot be run before any work starts, and queues the rest. */
import { NotFoundError } from '../kernel/errors';
import { parseDate, readDate } from '../market-data/civil-date';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { JobTable, JobView } from './job.table';
import { planJob } from './job-plan';
import type { JobWorker } from './job-worker';
import type { PresetTable } from './preset.table';
import {
  actionsOf,
  type PositionInput,
  type PositionRequest,
  positionRequest,
  type RangeInput,
  type SimulationRequest,
  type SweepRequest,
} from './simulation-request';
import { checkTask } from './simulation-task';
import { sweepRequest, type SweepTerms } from './sweep-request';
import type { TapeTable } from './tape.table';

export interface SimulationInput extends RangeInput {
  readonly positions: readonly PositionInput[];
  readonly preset?: string;
}

export interface SweepInput extends RangeInput, SweepTerms {
  readonly position: PositionInput;
  readonly preset?: string;
}

export class Simulations {
  constructor(
    private readonly jobs: JobTable,
    private readonly tapes: TapeTable,
    private readonly presets: PresetTable,
    private readonly worker: JobWorker,
    private readonly calendar: ExchangeCalendar,
  ) {}

  async start(tenantId: string, input: SimulationInput): Promise<JobView> {
    const preset = await this.preset(tenantId, input.preset);
    const positions: PositionRequest[] = [];
    for (const [index, position] of input.positions.entries()) {
      positions.push(await this.position(tenantId, position, input, preset, `positions[${index}]`));
    }
    return this.queue(tenantId, { kind: 'simulation', positions });
  }

  async sweep(tenantId: string, input: SweepInput): Promise<JobView> {
    const position = await this.position(tenantId, input.position, input, await this.preset(tenantId, input.preset), 'position');
    const { tape } = await this.tapes.load(tenantId, position.tape_id);
    return this.queue(tenantId, sweepRequest(position, input, tape));
  }

  /** The same again with some settings, the range or the fill model changed. Throws NotFoundError. */
  async rerun(
    tenantId: string,
    id: string,
    changes: RangeInput & { readonly config?: Readonly<Record<string, unknown>> },
  ): Promise<JobView> {
    const { request } = await this.jobs.get(tenantId, 'simulation', id);
    if (request.kind !== 'simulation') throw new NotFoundError('simulation');
    const positions: PositionRequest[] = [];
    for (const [index, position] of request.positions.entries()) {
      const { task } = position;
      const input = {
        tape_id: position.tape_id,
        cash: task.cash,
        config: changes.config,
        ...(task.stock_pct === null ? { qty: task.qty } : { stock_pct: task.stock_pct }),
      };
      const range = { ...withoutNulls(task), ...changes };
      const again = await this.position(tenantId, input, range, task.settings, `positions[${index}]`);
      positions.push({ ...again, actions: position.actions });
    }
    return this.queue(tenantId, { kind: 'simulation', positions });
  }

  /** Throws NotFoundError, and DomainError where it has ended. */
  async cancel(tenantId: string, kind: 'simulation' | 'sweep', id: string): Promise<JobView> {
    const job = await this.jobs.cancel(tenantId, kind, id);
    this.worker.cancel(id);
    return job;
  }

  private async queue(tenantId: string, request: SimulationRequest | SweepRequest): Promise<JobView> {
    const job = await this.jobs.add(tenantId, request, planJob(request).total);
    this.worker.wake();
    return job;
  }

  private async position(
    tenantId: string,
    input: PositionInput,
    range: RangeInput,
    preset: object,
    field: string,
  ): Promise<PositionRequest> {
    for (const name of ['start', 'end'] as const) {
      const text = range[name];
      if (text !== undefined && readDate(text) === null) parseDate(text, name);
    }
    const { tape, view } = await this.tapes.load(tenantId, input.tape_id);
    const request = positionRequest(input, range, view.hash, preset, field);
    checkTask(tape, actionsOf(request.actions, `${field}.actions`, this.calendar, view.exchange), request.task);
    return request;
  }

  private async preset(tenantId: string, name: string | undefined): Promise<object> {
    return name === undefined ? {} : (await this.presets.get(tenantId, name)).config;
  }
}

const withoutNulls = ({ start, end, fill, slippage_bps, spread_bps }: PositionRequest['task']): RangeInput => ({
  ...(start === null ? {} : { start }),
  ...(end === null ? {} : { end }),
  fill,
  slippage_bps,
  spread_bps,
});
