/** Three hundred cuts and flipped bits: `npm run soak`. */
import { randomInt } from 'node:crypto';
import { sufferAll } from './damage';
import { keepLog, type KeptLog } from './kept-log';

/** `DAMAGE_SEED=<number>` repeats a run. */
const seed = Number(process.env['DAMAGE_SEED'] ?? randomInt(2 ** 31));
const TRIALS = 300;

describe('a database file that lost bits or its end', () => {
  let kept: KeptLog;
  beforeAll(async () => {
    kept = await keepLog();
  }, 300_000);
  afterAll(() => kept.remove());

  it('is refused with a sentence, found by verification, or says what it said before', async () => {
    const { faults, summary } = await sufferAll(kept, TRIALS, seed);
    process.stdout.write(`${summary}\n`);
    expect(faults).toEqual([]);
  }, 3_600_000);
});
