/** Interleaved rounds, their medians and ratios, and what the disk under them costs. */
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const ROUNDS = 5;

type Work = () => void | Promise<void>;

/** One way to do the same work. */
export interface Contender {
  readonly name: string;
  /** Makes what a round needs before the clock starts; gives what is timed. */
  readonly ready: () => Work | Promise<Work>;
  /** How many things its work does; the number all others do where it is missing. */
  readonly things?: number;
}

export interface Standing {
  readonly name: string;
  /** Things per second, round by round. */
  readonly rates: readonly number[];
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Things per second of one run of `work`. */
export async function rate(things: number, work: Work): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return (things * 1e9) / Number(process.hrtime.bigint() - start);
}

/** The same per second of this process's processor time, all its threads together: for work that computes in one, it is as if nobody else were there. */
export async function cpuRate(things: number, work: Work): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (things * 1e6) / (user + system);
}

/** Every contender once per round, each round beginning with another, after one round that nobody counts. */
export async function compete(
  things: number,
  contenders: readonly Contender[],
  rounds = ROUNDS,
  timed = rate,
): Promise<readonly Standing[]> {
  const rates = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round) % contenders.length;
      const contender = contenders[index];
      if (!contender) continue;
      const work = await contender.ready();
      const reached = await timed(contender.things ?? things, work);
      if (round > 0) rates[index]?.push(reached);
    }
  }
  return contenders.map(({ name }, index) => ({ name, rates: rates[index] ?? [] }));
}

export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Round by round, so that load which comes and goes falls on both sides. */
export function ratioOf(one: Standing | undefined, other: Standing | undefined): Ratio {
  if (!one || !other) throw new Error('a ratio needs two contenders of one run');
  const ratios = one.rates.map((value, round) => value / (other.rates[round] ?? Number.NaN));
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

/** The best round of each, for work in one thread: what disturbs a round only ever makes it slower. The range is of all rounds. */
export function ratioOfBest(one: Standing | undefined, other: Standing | undefined): Ratio {
  if (!one || !other) throw new Error('a ratio needs two contenders of one run');
  const { lowest, highest } = ratioOf(one, other);
  return { median: Math.max(...one.rates) / Math.max(...other.rates), lowest, highest };
}

/** Median microseconds of writing 4 KB and waiting until the disk has them. */
export function fsyncMicros(folder: string): number {
  const file = join(folder, 'fsync');
  const fd = openSync(file, 'w');
  const page = Buffer.alloc(4_096);
  const costs: number[] = [];
  for (let index = 0; index < 200; index++) {
    const start = process.hrtime.bigint();
    writeSync(fd, page, 0, page.length, index * page.length);
    fdatasyncSync(fd);
    costs.push(Number(process.hrtime.bigint() - start) / 1e3);
  }
  closeSync(fd);
  rmSync(file);
  return median(costs);
}

export const fileSystem = (folder: string): string =>
  execFileSync('df', ['--output=fstype,source', folder], { encoding: 'utf8' }).trim().split('\n').at(-1) ?? 'unknown';
