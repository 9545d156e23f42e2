/** When trades, dividends and splits become known must not matter: the same money, shares and anchor in the end. */
import { randomInt } from 'node:crypto';
import { expectTheSameInEveryOrder } from './support/action-law';

/** Of one run; `ACTIONS_SEED=<number>` repeats its histories. */
const seed = Number(process.env['ACTIONS_SEED'] ?? randomInt(2 ** 31));

describe('trades, dividends and splits', () => {
  it(
    `come to the same whatever the order in which they are recorded: 1,000 histories, ACTIONS_SEED=${seed}`,
    () => expectTheSameInEveryOrder(1_000, seed),
    120_000,
  );
});
