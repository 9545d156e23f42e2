/** The arguments of `vb sweep` as a sweep over HTTP has them. */
import { InputError } from '../kernel/errors';
import type { HeatmapAxes } from '../simulation/job-plan';
import type { ParameterRange } from '../simulation/sweep-plan';
import type { SweepTerms } from '../simulation/sweep-request';

export interface SweepFlags {
  readonly param: readonly string[];
  readonly constraint?: readonly string[];
  readonly random?: string;
  readonly seed: string;
  readonly metric: string;
  readonly walkForward?: string;
  readonly heatmap?: string;
}

const LONGEST_DAYS = 36_500;
const LARGEST_SEED = 2 ** 32 - 1;

/** Throws InputError naming the option. What the parameters themselves may be is for the sweep to say. */
export function readSweepTerms({ param, constraint, random, seed, metric, walkForward }: SweepFlags): SweepTerms {
  const parameters: Record<string, ParameterRange> = {};
  for (const text of param) {
    const [name, range] = readParameter(text);
    if (Object.hasOwn(parameters, name))
      throw new InputError('cli.param', '--param', `each parameter once (${name} was given before)`, text);
    parameters[name] = range;
  }
  return {
    parameters,
    ...(constraint ? { constraints: constraint } : {}),
    ...(random === undefined
      ? {}
      : { random: { runs: wholeNumber(random, '--random', 1, 10_000), seed: wholeNumber(seed, '--seed', 0, LARGEST_SEED) } }),
    metric,
    ...(walkForward === undefined ? {} : { walk_forward: readWindows(walkForward) }),
  };
}

/** `name=from:to:step` or `name=a,b,c`. */
function readParameter(text: string): readonly [string, ParameterRange] {
  const [, name, values] = /^([a-z_]+)=(.+)$/.exec(text) ?? [];
  const [from, to, step, more] = values?.split(':') ?? [];
  const isRange = to !== undefined;
  if (name === undefined || values === undefined || from === undefined || more !== undefined || (isRange && step === undefined)) {
    throw new InputError('cli.param', '--param', 'name=from:to:step or name=a,b,c, such as up_threshold_pct=1:5:0.5', text);
  }
  return [name, to !== undefined && step !== undefined ? { from, to, step } : { values: values.split(',') }];
}

function readWindows(text: string): { readonly train_days: number; readonly test_days: number } {
  const [train = '', test = '', more] = text.split(':');
  if (more !== undefined) throw new InputError('cli.walk_forward', '--walk-forward', 'two numbers of days, such as 365:90', text);
  return {
    train_days: wholeNumber(train, '--walk-forward', 2, LONGEST_DAYS),
    test_days: wholeNumber(test, '--walk-forward', 1, LONGEST_DAYS),
  };
}

/** Throws InputError where it is not two names with a comma between them. */
export function readAxes({ heatmap }: SweepFlags): HeatmapAxes {
  if (heatmap === undefined) return {};
  const [x, y, more] = heatmap.split(',');
  if (!x || !y || more !== undefined) throw new InputError('cli.heatmap', '--heatmap', 'two parameters with a comma between them', heatmap);
  return { x, y };
}

function wholeNumber(text: string, option: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new InputError('cli.number', option, `a whole number from ${least} to ${most}`, text);
}
