/** Where the kills of one store fall: most of them at named places, the others at a moment that only the seed knows. */
import type { Random } from './seeded-random';

export interface Kill {
  /** `CRASH_AT` of the process; null where it is killed from outside. */
  readonly crashAt: string | null;
  /** Where it is killed from outside: how long after the work began. */
  readonly afterMs: number;
  /** True: the crashed file is verified before anything else opens it. False: the restarted server recovers it, and is asked. */
  readonly verifiesFirst: boolean;
}

interface Place {
  readonly name: string;
  readonly kills: number;
  /** The process dies at one of the first passes: while it starts and recovers, or once it is under load. */
  readonly passes: number;
}

/** Twenty kills; the names of tables are places within a flush, when a row was written and nothing is committed. */
const PLACES: readonly Place[] = [
  { name: 'flush:begin', kills: 2, passes: 90 },
  { name: 'flush:mid', kills: 3, passes: 90 },
  { name: 'flush:before-commit', kills: 2, passes: 90 },
  { name: 'flush:after-commit', kills: 2, passes: 90 },
  { name: 'trades', kills: 1, passes: 25 },
  { name: 'idempotency_keys', kills: 1, passes: 60 },
  { name: 'subscriptions', kills: 1, passes: 10 },
  { name: 'queue_messages', kills: 1, passes: 15 },
  { name: 'broker:before', kills: 1, passes: 15 },
  { name: 'broker:after', kills: 2, passes: 15 },
];
const FROM_OUTSIDE = 4;
const LATEST_MS = 700;
const OUTSIDE_A_FLUSH = /^broker:/;

export const isInsideFlush = ({ crashAt }: Kill): boolean => crashAt !== null && !OUTSIDE_A_FLUSH.test(crashAt);

export const KILLS_PER_STORE = PLACES.reduce((sum, { kills }) => sum + kills, FROM_OUTSIDE);

export function planKills(random: Random): readonly Kill[] {
  const places = PLACES.flatMap(({ name, kills, passes }) =>
    Array.from({ length: kills }, () => `${name}:${random.next() < 0.25 ? random.whole(1, 3) : random.whole(1, passes)}`),
  );
  const kills = [...places, ...Array.from({ length: FROM_OUTSIDE }, () => null)];
  return random.shuffle(kills).map((crashAt, index) => ({ crashAt, afterMs: random.whole(20, LATEST_MS), verifiesFirst: index % 2 === 0 }));
}
