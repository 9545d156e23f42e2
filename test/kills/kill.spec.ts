/** `kill -9` while work is in flight: 20 times on one store, 100 times on five with `npm run soak`. */
import { randomInt } from 'node:crypto';
import { Campaign, type Fallen } from './campaign';
import { isInsideFlush, type Kill, KILLS_PER_STORE, planKills } from './kill-plan';
import { seededRandom } from './seeded-random';

const isLong = process.env['JEST_RUN'] === 'soak';
const STORES = isLong ? 5 : 1;
const PATIENCE_MS = isLong ? 3_600_000 : 900_000;
/** Of one run; `KILL_SEED=<number>` repeats its plan. */
const seed = Number(process.env['KILL_SEED'] ?? randomInt(2 ** 31));
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function lineOf(number: number, { crashAt, afterMs, verifiesFirst }: Kill, { phase, audited, unanswered, lost }: Fallen): string {
  const where = crashAt === null ? `SIGKILL after ${afterMs} ms` : `${crashAt.replace(/:(\d+)$/, ', pass $1')}`;
  const found = audited ? `${audited.events} events, ${audited.trades} trades before it` : 'not audited';
  const verified = verifiesFirst ? 'verified on the file' : 'verified by the next server';
  return `kill ${number}: ${where}, while ${phase}; in flight ${unanswered}${lost && ` (${lost})`}; ${found}; ${verified}`;
}

describe('a server that is killed while it works', () => {
  let campaign: Campaign;
  afterEach(() => campaign.remove());

  it.each(Array.from({ length: STORES }, (_, index) => index))(
    'loses nothing it acknowledged, fills nothing twice and leaves a log and tables that verify (store %#)',
    async (store) => {
      const random = seededRandom(seed + store);
      const plan = planKills(random);
      campaign = new Campaign(random);
      const inFlush = plan.filter(isInsideFlush).length;
      print(`${plan.length} kills with KILL_SEED=${seed}, store ${store}`);
      await campaign.open();
      for (const [index, kill] of plan.entries()) {
        const fallen = await campaign.live(kill);
        if (isLong) print(lineOf(store * KILLS_PER_STORE + index + 1, kill, fallen));
        expect(fallen.signal).toBe('SIGKILL');
        if (kill.crashAt === null) expect(fallen.unanswered).toBeGreaterThan(0); // else it was killed at rest
        expect(fallen.audited?.faults ?? []).toEqual([]);
        expect(campaign.journal.surprises).toEqual([]);
      }
      const { events, trades, evaluations, faults } = await campaign.close();
      expect(faults).toEqual([]);
      expect(inFlush).toBeGreaterThanOrEqual(plan.length / 3);
      const { movements, ticks, orders } = campaign.journal;
      for (const happened of [movements.length, ticks.length, orders.length, trades, evaluations]) expect(happened).toBeGreaterThan(0);
      print(
        `${plan.length} kills, ${inFlush} of them inside a flush: ${events} events, ${trades} trades; every one of ${movements.length} ` +
          `movements of cash, ${ticks.length} ticks and ${orders.length} orders happened once or was refused; all verified each time`,
      );
    },
    PATIENCE_MS,
  );
});
