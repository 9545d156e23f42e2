/** The same law as in every run, over many more histories. */
import { randomInt } from 'node:crypto';
import { expectTheSameInEveryOrder } from './support/action-law';

/** Of one run; `ACTIONS_SEED=<number>` repeats its histories. */
const seed = Number(process.env['ACTIONS_SEED'] ?? randomInt(2 ** 31));

it(`100,000 histories come to the same whatever the order in which they are recorded, ACTIONS_SEED=${seed}`, () =>
  expectTheSameInEveryOrder(100_000, seed));
