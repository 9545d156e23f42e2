/** Replays and simulations against results that an independent implementation of the same rules computed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inPairs, vbJson } from './support/vb';

const DATA = join(__dirname, '../data');

interface Expected {
  readonly args: {
    readonly bars: string;
    readonly actions: string | null;
    readonly cash: string;
    readonly options: readonly string[];
    readonly config: Readonly<Record<string, unknown>>;
  };
  readonly result: Readonly<Record<string, unknown>>;
}

const lines = readFileSync(join(DATA, 'expected.jsonl'), 'utf8').trim().split('\n');
const all = lines.map((line) => JSON.parse(line) as Expected);

/** Every leaf under its path, so that a field too many or too few is a difference. */
function leaves(value: unknown, path = ''): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return { [path]: value };
  return Object.assign({}, ...Object.entries(value).map(([name, part]) => leaves(part, path === '' ? name : `${path}.${name}`))) as Record<
    string,
    unknown
  >;
}

const RELATIVE = 1e-9;
/** Below it two numbers are both rounding noise: alpha of a run that equals buy and hold is 2e-16 in one implementation and 0 in another. */
const NOISE = 1e-12;

/** Metrics agree to 1e-9 of their size; everything else, counts included, is the same value. */
function differs(path: string, expected: unknown, received: unknown): boolean {
  const isMetric = path.startsWith('metrics.') || path.startsWith('benchmarks.');
  if (!isMetric || typeof expected !== 'number' || typeof received !== 'number') return expected !== received;
  return !(Math.abs(received - expected) <= Math.max(NOISE, RELATIVE * Math.abs(expected)));
}

describe.each([
  ['replay', all],
  ['simulate', all],
] as const)('vb %s', (command, runs) => {
  const home = mkdtempSync(join(tmpdir(), 'vb-expected-'));
  let printed: readonly unknown[] = [];

  beforeAll(async () => {
    printed = await inPairs([...runs.entries()], ([index, { args }]) => {
      const config = join(home, `config-${index}.json`);
      writeFileSync(config, JSON.stringify(args.config));
      const actions = args.actions === null ? [] : ['--actions', join(DATA, args.actions)];
      const files = ['--bars', join(DATA, args.bars), ...actions, '--config', config];
      return vbJson([command, '--symbol', 'TEST', ...files, '--cash', args.cash, ...args.options]);
    });
  }, 300_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('has runs to be compared with', () => expect(runs.length).toBeGreaterThanOrEqual(12));

  it.each(
    runs.map(({ args, result }, index) => [
      `${args.bars} ${args.actions ?? ''} ${args.options.join(' ')} ${JSON.stringify(args.config)}`,
      index,
      result,
    ]),
  )('prints what the rules say, to the last digit: %s', (_run, index, result) => {
    const received = leaves(printed[Number(index)]);
    const expected = leaves(result);
    expect(Object.keys(received)).toEqual(Object.keys(expected));
    const wrong = Object.keys(expected).filter((path) => differs(path, expected[path], received[path]));
    expect(wrong.map((path) => ({ path, expected: expected[path], received: received[path] }))).toEqual([]);
  });
});
