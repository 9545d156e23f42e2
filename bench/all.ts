/** `npm run bench`: every benchmark, ratios within one run. */
import 'reflect-metadata';
import { benchAppend } from './append';
import { benchSimulate } from './simulate';
import { benchTick } from './tick';

async function main(): Promise<void> {
  process.stdout.write('Durable append against the raw driver\n');
  await benchAppend();
  process.stdout.write(
    '\nTick: every position evaluated, durable and projected, against the raw driver inserting the same rows in batches of 64\n',
  );
  await benchTick();
  process.stdout.write('\nSimulation against a plain-double loop of the same rule on one thread; in brackets the ratio to it\n');
  await benchSimulate();
}

void main();
