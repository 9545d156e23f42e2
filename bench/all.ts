/** `npm run bench [-- section …]`: every benchmark, or the named ones; ratios within one run, and a table of goals at the end. */
import 'reflect-metadata';
import { messageOf } from '../src/kernel/errors';
import { benchAppendPostgres } from './append-postgres';
import { benchAppendSqlite } from './append-sqlite';
import { benchChain } from './chain';
import { benchBacktester } from './peer-backtester';
import { benchPeers } from './peers';
import { benchProcesses } from './processes';
import { benchRebuild, benchVerify } from './reads';
import { missing, print, printGoals } from './report';
import { benchSimulate } from './simulate';
import { benchTick } from './tick';

interface Section {
  readonly name: string;
  readonly about: string;
  readonly run: () => Promise<void>;
}

async function benchAppend(): Promise<void> {
  await benchAppendSqlite();
  await benchAppendPostgres();
}

const SECTIONS: readonly Section[] = [
  { name: 'append', about: 'durable append against raw shapes of the same driver', run: benchAppend },
  { name: 'processes', about: 'several processes on one PostgreSQL log against raw inserts without a tail', run: benchProcesses },
  { name: 'chain', about: 'what the hash chain costs', run: benchChain },
  { name: 'verify', about: 'verification of a log against the plain read of its rows', run: benchVerify },
  { name: 'rebuild', about: 'a projection rebuilt against read and parse of the log', run: benchRebuild },
  { name: 'tick', about: 'a tick, durable and projected, against raw inserts of its rows', run: benchTick },
  { name: 'simulate', about: 'simulations and sweeps against a plain loop over doubles', run: benchSimulate },
  { name: 'peers', about: 'another event store for Node in the same run', run: benchPeers },
  { name: 'backtester', about: 'another backtester for Node in the same run', run: benchBacktester },
];

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.find((name) => SECTIONS.every((section) => section.name !== name));
  if (unknown !== undefined) {
    process.stderr.write(`There is no section "${unknown}"; the sections are ${SECTIONS.map(({ name }) => name).join(', ')}.\n`);
    process.exitCode = 2;
    return;
  }
  for (const { name, about, run } of SECTIONS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    print(`\n${name}: ${about}`);
    try {
      await run();
    } catch (error) {
      print(`${name} broke off: ${messageOf(error)}`);
      missing(name, 'broke off, see above');
      process.exitCode = 1;
    }
  }
  printGoals();
}

void main(process.argv.slice(2));
