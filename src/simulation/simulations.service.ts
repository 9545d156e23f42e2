/** Takes requests for simulations and sweeps: refuses what cannot be run before any work starts, and queues the rest. */
import { InputError, NotFoundError } from '../kernel/errors';
import { parseDate, readDate } from '../market-data/civil-date';
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
  SWEEP_METRICS,
  type SweepRequest,
  taskAt,
  type WalkForward,
} from './simulation-request';
import { checkTask } from './simulation-task';
import { planSweep, type SweepPlan } from './sweep-plan';
import { dayOf, tapeBetween } from './tape';
import type { TapeTable } from './tape.table';

export interface SimulationInput extends RangeInput {
  readonly positions: readonly PositionInput[];
  readonly preset?: string;
}

export interface SweepInput extends RangeInput {
  readonly position: PositionInput;
  readonly preset?: string;
  readonly parameters: SweepPlan['parameters'];
  readonly random?: { readonly runs: number; readonly seed: number };
  readonly constraints?: readonly string[];
  readonly metric?: string;
  readonly walk_forward?: WalkForward;
}

export class Simulations {
  constructor(
    private readonly jobs: JobTable,
    private readonly tapes: TapeTable,
    private readonly presets: PresetTable,
    private readonly worker: JobWorker,
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
    const metric = SWEEP_METRICS.find((name) => name === (input.metric ?? 'sharpe'));
    if (!metric) throw new InputError('sweep.metric', 'metric', `one of ${SWEEP_METRICS.join(', ')}`, input.metric);
    const position = await this.position(tenantId, input.position, input, await this.preset(tenantId, input.preset), 'position');
    const { parameters, random = null, constraints = [], walk_forward = null } = input;
    const plan: SweepPlan = { parameters, random, constraints };
    const range = { start: position.task.start, end: position.task.end };
    for (const point of planSweep(plan)) taskAt(position.task, point, range);
    const request: SweepRequest = {
      kind: 'sweep',
      position: walk_forward ? await this.withRange(tenantId, position) : position,
      plan,
      metric,
      walk_forward,
    };
    return this.queue(tenantId, request);
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
    checkTask(tape, actionsOf(request.actions, `${field}.actions`), request.task);
    return request;
  }

  /** Walk-forward windows need the first and the last day of the data. */
  private async withRange(tenantId: string, position: PositionRequest): Promise<PositionRequest> {
    const { start, end } = position.task;
    const tape = tapeBetween((await this.tapes.load(tenantId, position.tape_id)).tape, start, end);
    return { ...position, task: { ...position.task, start: dayOf(tape, 0), end: dayOf(tape, tape.bars - 1) } };
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
