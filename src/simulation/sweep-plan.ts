/** Which runs a sweep consists of: a grid or random points of parameters, less what constraints forbid. Pure; the same plan gives the same runs in the same order. */
import { type Amount, type AmountText, formatAmount, ofUnits, parseAmount } from '../kernel/amount';
import { DomainError, InputError } from '../kernel/errors';
import { SETTING_NAMES } from '../rules/settings-validation';

/** Values of one parameter: named ones, or a range in steps whose end points are always among them. */
export type ParameterRange =
  { readonly values: readonly string[] } | { readonly from: AmountText; readonly to: AmountText; readonly step: AmountText };

export interface SweepPlan {
  readonly parameters: Readonly<Record<string, ParameterRange>>;
  /** Points at random instead of the whole grid. */
  readonly random: { readonly runs: number; readonly seed: number } | null;
  /** `up_threshold_pct <= down_threshold_pct`: a parameter, a comparison, a parameter or a decimal. */
  readonly constraints: readonly string[];
}

export type ParameterPoint = Readonly<Record<string, string>>;

export const MOST_RUNS = 10_000;
const MOST_GRID_POINTS = 1_000_000;
const COMPARISON = /^\s*([a-z_]+)\s*(<=|>=|<|>|!=|=)\s*([a-z_]+|-?\d+(?:\.\d+)?)\s*$/;

/** The points of a sweep in order. Throws InputError naming the parameter, DomainError where there are too many runs or none. */
export function planSweep(plan: SweepPlan): readonly ParameterPoint[] {
  const axes = Object.entries(plan.parameters).map(([name, range]) => [name, valuesOf(name, range)] as const);
  if (axes.length === 0) throw new InputError('sweep.parameters', 'parameters', 'at least one parameter with its values', plan.parameters);
  const size = axes.reduce((product, [, values]) => product * values.length, 1);
  if (size > MOST_GRID_POINTS || (plan.random === null && size > MOST_RUNS)) {
    const counts = axes.map(([name, values]) => `${name} ${values.length}`).join(', ');
    throw new DomainError(
      'sweep.too_many',
      `A grid may have at most ${MOST_RUNS} points; this one has ${size} (${counts}). Take larger steps, or a random search`,
    );
  }
  const allowed = constraintsOf(
    plan.constraints,
    axes.map(([name]) => name),
  );
  const points = plan.random === null ? gridPoints(axes, size) : randomPoints(axes, size, plan.random);
  const kept = points.filter((point) => allowed.every((holds) => holds(point)));
  if (kept.length === 0) throw new DomainError('sweep.empty', 'No point meets every constraint; relax one of them');
  return kept;
}

/** `from`, `from + step`, … and `to`, counted in whole steps so that no rounding adds up. */
export function valuesOf(name: string, range: ParameterRange): readonly string[] {
  if (!SETTING_NAMES.some((known) => known === name))
    throw new InputError('sweep.parameter', `parameters.${name.slice(0, 60)}`, `one of ${SETTING_NAMES.join(', ')}`, name);
  if (typeof range !== 'object' || range === null)
    throw new InputError('sweep.range', `parameters.${name}`, 'an object of values, or of from, to and step', range);
  if ('values' in range) {
    if (!isTexts(range.values))
      throw new InputError('sweep.values', `parameters.${name}.values`, 'a list of 1 to 1000 texts', range.values);
    return [...new Set(range.values)];
  }
  const [from, to, step] = [
    parseAmount(range.from, `parameters.${name}.from`),
    parseAmount(range.to, `parameters.${name}.to`),
    parseAmount(range.step, `parameters.${name}.step`),
  ];
  if (step <= 0n) throw new InputError('sweep.step', `parameters.${name}.step`, 'above 0', range.step);
  if (to < from) throw new InputError('sweep.range', `parameters.${name}.to`, `at least ${range.from}`, range.to);
  const steps = (to - from) / step;
  if (steps > BigInt(MOST_GRID_POINTS))
    throw new DomainError('sweep.too_many', `parameters.${name} has more than ${MOST_GRID_POINTS} values; take a larger step`);
  const values = Array.from({ length: Number(steps) + 1 }, (_, count) => formatAmount(ofUnits(from + BigInt(count) * step)));
  return (to - from) % step === 0n ? values : [...values, formatAmount(to)];
}

const isTexts = (values: unknown): boolean =>
  Array.isArray(values) && values.length > 0 && values.length <= 1_000 && values.every((value) => typeof value === 'string');

type Axis = readonly [string, readonly string[]];

/** The last parameter varies fastest. */
function pointAt(axes: readonly Axis[], index: number): ParameterPoint {
  const point: Record<string, string> = {};
  let rest = index;
  for (const [name, values] of axes.toReversed()) {
    point[name] = values[rest % values.length] ?? '';
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(axes.map(([name]) => [name, point[name] ?? '']));
}

const gridPoints = (axes: readonly Axis[], size: number): readonly ParameterPoint[] =>
  Array.from({ length: size }, (_, index) => pointAt(axes, index));

/** Without repetition, by a generator of our own so that the seed alone decides. */
function randomPoints(
  axes: readonly Axis[],
  size: number,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): readonly ParameterPoint[] {
  if (runs > MOST_RUNS) throw new DomainError('sweep.too_many', `A random search may have at most ${MOST_RUNS} runs; received ${runs}`);
  const taken = new Set<number>();
  let state = seed >>> 0;
  while (taken.size < Math.min(runs, size)) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    taken.add(Math.floor((state / 2 ** 32) * size));
    if (taken.size > size * 0.9) for (let index = 0; index < size && taken.size < Math.min(runs, size); index++) taken.add(index);
  }
  return [...taken].map((index) => pointAt(axes, index));
}

type Constraint = (point: ParameterPoint) => boolean;

function constraintsOf(texts: readonly string[], names: readonly string[]): readonly Constraint[] {
  return texts.map((text, index) => {
    const [, left, operator, right] = COMPARISON.exec(text) ?? [];
    const known = (operand: string | undefined): boolean => operand !== undefined && (names.includes(operand) || /\d/.test(operand));
    if (left === undefined || right === undefined || !names.includes(left) || !known(right)) {
      throw new InputError(
        'sweep.constraint',
        `constraints[${index}]`,
        `a comparison such as "${names[0] ?? 'a'} <= 5" of parameters that are swept (${names.join(', ')})`,
        text,
      );
    }
    return (point) => {
      const value = (operand: string): Amount => parseAmount(point[operand] ?? operand, `constraints[${index}]`);
      return compares(operator ?? '', value(left), value(right));
    };
  });
}

function compares(operator: string, left: Amount, right: Amount): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '=':
      return left === right;
    default:
      return left !== right;
  }
}

/** Whether a point lies at the end of a range that has more than one value: a better one may lie beyond. */
export function isAtEdge(point: ParameterPoint, parameters: SweepPlan['parameters']): readonly string[] {
  return Object.entries(parameters).flatMap(([name, range]) => {
    if ('values' in range) return [];
    const values = valuesOf(name, range);
    return values.length > 1 && (point[name] === values[0] || point[name] === values.at(-1)) ? [name] : [];
  });
}

export interface Window {
  readonly train: { readonly start: string; readonly end: string };
  readonly test: { readonly start: string; readonly end: string };
}

const DAY_MS = 86_400_000;
const dateAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Walk-forward windows over calendar days: each trains on `trainDays` and is tested on the `testDays` after them, which the next one follows. */
export function windowsOf(first: string, last: string, trainDays: number, testDays: number): readonly Window[] {
  const windows: Window[] = [];
  const end = Date.parse(last);
  for (let start = Date.parse(first); start + trainDays * DAY_MS <= end; start += testDays * DAY_MS) {
    const split = start + trainDays * DAY_MS;
    const stop = Math.min(end, split + (testDays - 1) * DAY_MS);
    windows.push({ train: { start: dateAt(start), end: dateAt(split - DAY_MS) }, test: { start: dateAt(split), end: dateAt(stop) } });
  }
  if (windows.length === 0) {
    throw new DomainError(
      'sweep.windows',
      `The data, ${first} to ${last}, is shorter than ${trainDays} days of training and a day of test; take shorter windows`,
    );
  }
  return windows;
}
