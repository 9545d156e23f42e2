/** Medians of interleaved rounds, and what the disk under them costs. */
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Events per second of one run of `work`. */
export async function rate(events: number, work: () => void | Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return (events * 1e9) / Number(process.hrtime.bigint() - start);
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
