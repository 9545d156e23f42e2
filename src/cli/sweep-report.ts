/** A sweep as text: the best points, what to doubt, the heatmap, and how the chosen points did on other days. */
import type { HeatmapAxes, HeatmapCell, RunRow } from '../simulation/job-plan';
import { table } from './console';

interface Brief {
  readonly run_id: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: number | null;
}

export interface SweepSummary {
  readonly metric: string;
  readonly runs: number;
  readonly best: Brief | null;
  readonly warnings: readonly { readonly code: string; readonly text: string }[];
  readonly walk_forward: readonly { readonly window: number; readonly in_sample: Brief; readonly out_of_sample: Brief }[] | null;
}

/** As sweeps over HTTP answer: the summary, and beside it what has addresses of its own there. */
export interface SweepReport extends SweepSummary {
  readonly items: readonly RunRow[];
  readonly heatmap: readonly HeatmapCell[];
}

const SHOWN = 10;
const WIDEST = 20;

export function describeSweep(report: SweepReport, axes: HeatmapAxes): string {
  const parts = [bestTable(report), warningLines(report), walkForwardTable(report), heatmapTable(report, axes)];
  return parts.filter((part) => part !== '').join('\n\n');
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(4));

const isOutside = ({ parameters }: RunRow): boolean => parameters['sample'] === 'out';

function bestTable({ items, metric, runs }: SweepReport): string {
  const worth = ({ value }: RunRow): number => value ?? Number.NEGATIVE_INFINITY;
  const best = items.filter((run) => !isOutside(run)).sort((a, b) => worth(b) - worth(a));
  const names = Object.keys(best[0]?.parameters ?? {}).filter((name) => name !== 'sample');
  const rows = best.slice(0, SHOWN).map(({ run_id, parameters, value, result }) => {
    const { metrics, benchmarks } = result;
    const figures = [value, metrics.total_return, benchmarks.buy_and_hold.total_return, metrics.max_drawdown];
    return [run_id, ...names.map((name) => parameters[name] ?? ''), ...figures.map(figure)];
  });
  return `${runs} runs, best first\n${table([['run', ...names, metric, 'total return', 'buy and hold', 'max drawdown'], ...rows])}`;
}

const warningLines = ({ warnings }: SweepReport): string => warnings.map(({ code, text }) => `${code}: ${text}`).join('\n');

function walkForwardTable({ walk_forward }: SweepReport): string {
  if (!walk_forward) return '';
  const rows = walk_forward.map(({ window, in_sample, out_of_sample }) => {
    const { sample: _sample, window: _window, start = '', end = '', ...point } = out_of_sample.parameters;
    return [String(window), `${start} to ${end}`, figure(in_sample.value), figure(out_of_sample.value), ...Object.values(point)];
  });
  const [first] = walk_forward;
  const names = Object.keys(first?.out_of_sample.parameters ?? {}).filter((name) => !['sample', 'window', 'start', 'end'].includes(name));
  return table([['window', 'tested on', 'in sample', 'out of sample', ...names], ...rows]);
}

/** Up to twenty columns and lines; the JSON has all of them. */
function heatmapTable({ heatmap, items, metric }: SweepReport, axes: HeatmapAxes): string {
  const [xs, ys] = [unique(heatmap.map(({ x }) => x)).slice(0, WIDEST), unique(heatmap.map(({ y }) => y)).slice(0, WIDEST)];
  if (xs.length < 2 || ys.length < 2) return '';
  const value = (x: string, y: string): string => figure(heatmap.find((cell) => cell.x === x && cell.y === y)?.value ?? null);
  const names = Object.keys(items[0]?.parameters ?? {});
  const title = `${metric}: ${axes.x ?? names[0] ?? 'x'} across, ${axes.y ?? names.at(-1) ?? 'y'} down`;
  return `${title}\n${table([['', ...xs], ...ys.map((y) => [y, ...xs.map((x) => value(x, y))])])}`;
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
