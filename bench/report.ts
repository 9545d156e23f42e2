/** What a run found: each figure as it comes, and one table of goals at the end. */
import type { Ratio, Standing } from './measure';
import { median } from './measure';

export interface Goal {
  readonly what: string;
  readonly measured: number | null;
  /** Why there is no figure, or what else to know. */
  readonly remark?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const goals: Goal[] = [];

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export function printStandings(title: string, unit: string, standings: readonly Standing[]): void {
  print(title);
  for (const { name, rates } of standings) print(`  ${median(rates).toFixed(0).padStart(8)} ${unit}/s  ${name}`);
}

/** Prints a ratio and keeps it for the table. */
export function reach(what: string, { median: middle, lowest, highest }: Ratio, bound: { readonly atLeast?: number }): void {
  print(`  ratio ${middle.toFixed(3)} (${lowest.toFixed(3)} to ${highest.toFixed(3)})  ${what}`);
  goals.push({ what, measured: middle, ...bound });
}

/** A figure that is no ratio, such as memory. */
export function figure(what: string, measured: number, bound: { readonly atMost: number }): void {
  print(`  ${shown(measured)}  ${what}`);
  goals.push({ what, measured, ...bound });
}

/** The part of the work that is left out in `without`, seen from `full`. */
export function cost(what: string, full: Ratio, bound: { readonly atMost: number }): void {
  const percent = (ratio: number): string => `${((1 - ratio) * 100).toFixed(1)} %`;
  print(`  cost ${percent(full.median)} (${percent(full.highest)} to ${percent(full.lowest)})  ${what}`);
  goals.push({ what, measured: 1 - full.median, ...bound });
}

export function missing(what: string, remark: string): void {
  goals.push({ what, measured: null, remark });
}

export function printGoals(): void {
  if (goals.length === 0) return;
  const width = Math.max(...goals.map(({ what }) => what.length));
  print(`\n${'what'.padEnd(width)}   goal    measured`);
  for (const { what, measured, remark = '', atLeast, atMost } of goals) {
    const goal = atMost === undefined ? (atLeast === undefined ? '' : `>= ${shown(atLeast)}`) : `<= ${shown(atMost)}`;
    print(`${what.padEnd(width)}   ${goal.padEnd(7)} ${measured === null ? `- ${remark}` : shown(measured)}`);
  }
}

const shown = (value: number): string => (Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2));
