/** The engine, sweeps and the API against the plain-double loop of the same rule, on a million five-minute bars; each in a process of its own. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { inFolder } from './append-sqlite';
import { ratioOfBest } from './measure';
import { figure, print, printStandings, reach } from './report';
import type { Measured, PartName } from './simulate-measured';

const MEGABYTES = 250;

/** Standard deviation of a bar's return: a quiet index, and a stock that moves 1 % on a day of 78 bars. */
const MARKETS = [
  { name: 'a quiet index', move: '0.0006' },
  { name: 'a stock', move: '0.0012' },
] as const;

const GOALS: Readonly<Partial<Record<PartName, readonly number[]>>> = { engine: [0.4, 0.15], sweep: [1.2], api: [0.01, 0.01] };

export async function benchSimulate(): Promise<void> {
  for (const { name, move } of MARKETS) {
    for (const part of ['engine', 'sweep'] as const) show(`${name}, ${part}`, part, await inProcess(part, move));
  }
  await inFolder(async ({ folder }) => {
    await inProcess('store', folder);
    show('a stock, through the API', 'api', await inProcess('api', folder));
  });
}

/** The first standing is the plain loop, the others are held against it. */
function show(title: string, part: PartName, { remark, standings, peakMb }: Measured): void {
  const [plain, ...ours] = standings;
  printStandings(`${title}: ${remark}; ratios of the best rounds`, 'bars', standings);
  for (const [index, one] of ours.entries())
    reach(`${title}, ${one.name} / plain loop`, ratioOfBest(one, plain), { atLeast: GOALS[part]?.[index] });
  figure(`${title}: MB resident at most`, peakMb, { atMost: MEGABYTES });
  print('');
}

/** What a part measures, in memory that nothing was in before. */
function inProcess(part: PartName, argument: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'simulate-part.js'), [part, argument]);
    child.once('message', (measured) => resolve(measured as Measured));
    child.once('exit', (code) => reject(new Error(`the process that measures ${part} ended with ${code}`)));
  });
}
