/** From a request to numbered runs, and from their results to what the job says in the end. Pure. */
import { InputError } from '../kernel/errors';
import { drawdownOf } from '../rules/drawdown';
import { performanceOf, timeline } from '../rules/performance';
import type { StoredRun } from './job.table';
import { METRIC_DEFINITIONS, type RunWarning } from './run-analysis';
import type { RunResult } from './run-result';
import { type JobRequest, type PositionRequest, type SimulationRequest, type SweepRequest, taskAt } from './simulation-request';
import type { RunDetails, RunTask } from './simulation-task';
import { isAtEdge, type ParameterPoint, planSweep, type Window, windowsOf } from './sweep-plan';

export interface PlannedRun {
  readonly seq: number;
  readonly position: PositionRequest;
  readonly task: RunTask;
  readonly parameters: Readonly<Record<string, string>>;
  readonly withDetails: boolean;
}

/** The runs that depend on nothing, and how many there will be in all. */
export function planJob(request: JobRequest): { readonly planned: readonly PlannedRun[]; readonly total: number } {
  if (request.kind === 'simulation') {
    const planned = request.positions.map((position, seq) => ({ seq, position, task: position.task, parameters: {}, withDetails: true }));
    return { planned, total: planned.length };
  }
  const { position, plan } = request;
  const points = planSweep(plan);
  const windows = windowsFor(request);
  if (!windows) {
    const range = { start: position.task.start, end: position.task.end };
    const planned = points.map((point, seq) => runAt(request, seq, point, range, { ...point }));
    return { planned, total: planned.length };
  }
  const planned = windows.flatMap(({ train }, window) =>
    points.map((point, index) =>
      runAt(request, window * points.length + index, point, train, { ...point, ...sampleOf(window, 'in', train) }),
    ),
  );
  return { planned, total: planned.length + windows.length };
}

const runAt = (
  { position }: SweepRequest,
  seq: number,
  point: ParameterPoint,
  range: { readonly start: string | null; readonly end: string | null },
  parameters: Readonly<Record<string, string>>,
): PlannedRun => ({ seq, position, task: taskAt(position.task, point, range), parameters, withDetails: false });

const sampleOf = (window: number, sample: 'in' | 'out', { start, end }: { readonly start: string; readonly end: string }) => ({
  window: String(window),
  sample,
  start,
  end,
});

function windowsFor({ walk_forward, position }: SweepRequest): readonly Window[] | null {
  if (!walk_forward) return null;
  const { start, end } = position.task;
  return windowsOf(start ?? '', end ?? '', walk_forward.train_days, walk_forward.test_days);
}

/** The figure by which runs are ranked; null is worse than any number. */
export const metricOf = (result: RunResult, metric: string): number | null => {
  const value = (result.metrics as unknown as Readonly<Record<string, number | null | undefined>>)[metric];
  return value ?? null;
};

export interface RunRow {
  readonly run_id: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: number | null;
  readonly result: RunResult;
}

/** Every run with its parameters and figures. */
export const runRows = (runs: readonly StoredRun[], metric: string): readonly RunRow[] =>
  runs.map(({ run_id, parameters, result }) => ({ run_id, parameters, value: metricOf(result, metric), result }));

function better(a: StoredRun, b: StoredRun, metric: string): StoredRun {
  const [left, right] = [metricOf(a.result, metric), metricOf(b.result, metric)];
  return right !== null && (left === null || right > left) ? b : a;
}

/** The best point of each window's training, the first of equals. */
export function bestOf(
  request: SweepRequest,
  planned: readonly PlannedRun[],
  stored: ReadonlyMap<number, StoredRun>,
): readonly StoredRun[] {
  const best = new Map<string, StoredRun>();
  for (const { seq, parameters } of planned) {
    const run = stored.get(seq);
    if (!run) throw new Error(`run ${seq} is planned and has no result`);
    const window = parameters['window'] ?? '';
    const before = best.get(window);
    best.set(window, before ? better(before, run, request.metric) : run);
  }
  return [...best.values()];
}

/** Each window's best point on the days after its training. */
export function testRuns(request: SweepRequest, best: readonly StoredRun[]): readonly PlannedRun[] {
  const points = planSweep(request.plan);
  return (windowsFor(request) ?? []).map(({ test }, window) => {
    const point = pointOf(best[window], request);
    return runAt(request, points.length * best.length + window, point, test, { ...point, ...sampleOf(window, 'out', test) });
  });
}

const pointOf = (run: StoredRun | undefined, { plan }: SweepRequest): ParameterPoint =>
  Object.fromEntries(Object.keys(plan.parameters).map((name) => [name, run?.parameters[name] ?? '']));

export function summaryOf(request: JobRequest, stored: ReadonlyMap<number, StoredRun>, details: ReadonlyMap<number, RunDetails>): object {
  const runs = [...stored.values()].toSorted((a, b) => a.seq - b.seq);
  return request.kind === 'simulation' ? simulationSummary(request, runs, details) : sweepSummary(request, runs);
}

function simulationSummary({ positions }: SimulationRequest, runs: readonly StoredRun[], details: ReadonlyMap<number, RunDetails>): object {
  const results = runs.map(({ run_id, seq, result }) => ({
    run_id,
    tape_id: positions[seq]?.tape_id ?? null,
    result,
    warnings: details.get(seq)?.warnings ?? [],
    reasons: details.get(seq)?.reasons ?? {},
  }));
  return { positions: results, portfolio: portfolioOf([...details.values()]), definitions: METRIC_DEFINITIONS };
}

/** Positions added up day by day; one that has not begun, or has ended, counts with its first or last value. */
export function portfolioOf(parts: readonly RunDetails[]): object | null {
  if (parts.length === 0) return null;
  const days = [...new Set(parts.flatMap(({ daily }) => daily.map(({ day }) => day)))].toSorted();
  const series = new Float64Array(days.length);
  for (const { daily } of parts) {
    let at = 0;
    days.forEach((day, index) => {
      while ((daily[at + 1]?.day ?? '9') <= day) at++;
      series[index] = (series[index] ?? 0) + (daily[at]?.equity ?? 0);
    });
  }
  const equity = days.map((day, index) => ({ day, equity: series[index] ?? 0 }));
  return {
    first: days[0],
    last: days.at(-1),
    ...performanceOf({ daily: series, max_drawdown: drawdownOf(series, timeline(days)).max_drawdown }),
    equity_start: series[0],
    equity_end: series.at(-1),
    days: equity.length,
  };
}

function sweepSummary(request: SweepRequest, runs: readonly StoredRun[]): object {
  const { metric, plan, walk_forward } = request;
  const ranked = runs.filter(({ parameters }) => parameters['sample'] !== 'out');
  const best = ranked.reduce<StoredRun | null>((so, run) => (so ? better(so, run, metric) : run), null);
  const warnings: RunWarning[] = [];
  const edges = best ? isAtEdge(pointOf(best, request), plan.parameters) : [];
  if (edges.length > 0)
    warnings.push({
      code: 'edge_of_grid',
      text: `the best point lies at the end of the range of ${edges.join(', ')}: a better one may lie beyond`,
    });
  if (!walk_forward)
    warnings.push({
      code: 'in_sample_only',
      text: 'the best point was chosen on the same days that its figures are from; use walk_forward for figures of other days',
    });
  const lost = best && benchmarkLost(best.result);
  if (lost) warnings.push({ code: 'benchmark_lost', text: 'even the best point made less than buy and hold' });
  return {
    metric,
    runs: runs.length,
    best: best && brief(best, metric),
    warnings,
    walk_forward: walk_forward ? walkForwardRows(runs, metric) : null,
    definitions: METRIC_DEFINITIONS,
  };
}

function benchmarkLost({ metrics, benchmarks }: RunResult): boolean {
  const [own, held] = [metrics.total_return, benchmarks.buy_and_hold.total_return];
  return own !== null && held !== null && own < held;
}

const brief = ({ run_id, parameters, result }: StoredRun, metric: string) => ({
  run_id,
  parameters,
  value: metricOf(result, metric),
  total_return: result.metrics.total_return,
  buy_and_hold: result.benchmarks.buy_and_hold.total_return,
});

/** Per window: the best point in training with its figure there, and the same point's figure on the days after. */
function walkForwardRows(runs: readonly StoredRun[], metric: string): readonly object[] {
  const outs = runs.filter(({ parameters }) => parameters['sample'] === 'out');
  return outs.map((out) => {
    const inside = runs
      .filter(({ parameters }) => parameters['sample'] === 'in' && parameters['window'] === out.parameters['window'])
      .reduce<StoredRun | null>((so, run) => (so ? better(so, run, metric) : run), null);
    return { window: Number(out.parameters['window']), in_sample: inside && brief(inside, metric), out_of_sample: brief(out, metric) };
  });
}

export interface HeatmapCell {
  readonly x: string;
  readonly y: string;
  /** The best value among the runs of this cell, where more parameters were swept. */
  readonly value: number | null;
  readonly run_ids: readonly string[];
}

export interface HeatmapAxes {
  /** The first parameter where it is left out. */
  readonly x?: string;
  /** The last parameter where it is left out. */
  readonly y?: string;
  readonly metric?: string;
}

/** Throws InputError naming the axis that is none of the sweep's parameters. */
export function heatmapFor(request: SweepRequest, runs: readonly StoredRun[], axes: HeatmapAxes): readonly HeatmapCell[] {
  const names = Object.keys(request.plan.parameters);
  const { x = names[0] ?? '', y = names.at(-1) ?? '', metric = request.metric } = axes;
  for (const [field, name] of Object.entries({ x, y })) {
    if (!names.includes(name)) throw new InputError('sweep.axis', field, `one of ${names.join(', ')}`, name);
  }
  return heatmapOf(runs, x, y, metric);
}

/** Any two parameters against a metric. */
function heatmapOf(runs: readonly StoredRun[], x: string, y: string, metric: string): readonly HeatmapCell[] {
  const cells = new Map<string, StoredRun[]>();
  for (const run of runs) {
    if (run.parameters['sample'] === 'out') continue;
    const key = JSON.stringify([run.parameters[x] ?? '', run.parameters[y] ?? '']);
    cells.set(key, [...(cells.get(key) ?? []), run]);
  }
  return [...cells].map(([key, list]) => {
    const [atX, atY] = JSON.parse(key) as [string, string];
    const best = list.reduce((so, run) => better(so, run, metric));
    return { x: atX, y: atY, value: metricOf(best.result, metric), run_ids: list.map(({ run_id }) => run_id) };
  });
}
