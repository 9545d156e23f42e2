/** Random damage to the database's files: whatever changes what the log says is refused at the start, or found by verification. */
import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../../src/kernel/errors';
import type { ChainedEvent } from '../../src/platform/event-store/event-store.port';
import type { Platform } from '../../src/platform/open-platform';
import { type Random, seededRandom } from '../kills/seeded-random';
import { flipBit } from './attacks';
import { FILE, type KeptLog, openKept } from './kept-log';

export interface Damage {
  readonly what: string;
  readonly isCut: boolean;
}

/** What came of it; `error` is null where the start went through. */
export interface Outcome {
  readonly damage: Damage;
  readonly error: unknown;
  /** Verification says that all is well. */
  readonly isIntact: boolean;
  /** Every event is still what it was. */
  readonly isUnchanged: boolean;
  /** What is left is how the log began. */
  readonly isPrefix: boolean;
}

/** A bit somewhere in the file or in its write-ahead log, or the end of the latter. */
function spoil(folder: string, random: Random): Damage {
  const [database, wal] = [join(folder, FILE), join(folder, `${FILE}-wal`)];
  const sizes = { database: statSync(database).size, wal: statSync(wal).size };
  const below = (limit: number): number => random.whole(0, limit - 1);
  const kind = below(3);
  if (kind === 0) {
    const size = below(sizes.wal);
    truncateSync(wal, size);
    return { what: `WAL cut to ${size} of ${sizes.wal} bytes`, isCut: true };
  }
  const name = kind === 1 ? 'wal' : 'database';
  const [offset, bit] = [below(sizes[name]), below(8)];
  flipBit(name === 'wal' ? wal : database, offset, bit);
  return { what: `bit ${bit} of byte ${offset} in the ${name}`, isCut: false };
}

export async function allEvents({ opened: { store } }: Platform): Promise<readonly string[]> {
  const events: ChainedEvent[] = [];
  for (;;) {
    const page = await store.readChained({ log: 1, after: events.at(-1)?.position ?? 0, limit: 1_000 });
    if (page.length === 0) return events.map((event) => JSON.stringify(event));
    events.push(...page);
  }
}

export async function suffer(kept: KeptLog, original: readonly string[], random: Random): Promise<Outcome> {
  const folder = kept.copy();
  const damage = spoil(folder, random);
  let platform: Platform;
  try {
    platform = await openKept(folder);
  } catch (error) {
    return { damage, error, isIntact: false, isUnchanged: false, isPrefix: await isPrefix(folder, original) };
  }
  try {
    const { isIntact } = await platform.trust.verify();
    const events = await allEvents(platform).catch(() => []);
    const isUnchanged = events.length === original.length && events.every((event, index) => event === original[index]);
    return { damage, error: null, isIntact, isUnchanged, isPrefix: isUnchanged };
  } finally {
    await platform.opened.close();
  }
}

/** Looks past the refusal. */
async function isPrefix(folder: string, original: readonly string[]): Promise<boolean> {
  try {
    const platform = await openKept(folder, { setsHeadsAside: true });
    try {
      const events = await allEvents(platform);
      return events.length <= original.length && events.every((event, index) => event === original[index]);
    } finally {
      await platform.opened.close();
    }
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

/** A sentence for each way in which damage went unseen, or was met without words; empty where all was well. */
export function faultsOf({ damage, error, isIntact, isUnchanged, isPrefix: isBeginning }: Outcome): readonly string[] {
  const faults: string[] = [];
  const isNamed = error === null || (error instanceof DomainError && /^(store|heads)\./.test(error.code));
  if (!isNamed) faults.push(`${damage.what}: the start failed without a sentence: ${String(error)}`);
  if (error === null && isIntact && !isUnchanged) faults.push(`${damage.what}: the log changed and nobody noticed`);
  if (damage.isCut && !isBeginning) faults.push(`${damage.what}: what is left is not how the log began`);
  return faults;
}

/** Damages one copy after another. Gives sentences, and how each ended. */
export async function sufferAll(
  kept: KeptLog,
  trials: number,
  seed: number,
): Promise<{ readonly faults: readonly string[]; readonly summary: string }> {
  const whole = await openKept(kept.copy());
  const original = await allEvents(whole);
  await whole.opened.close();
  const random = seededRandom(seed);
  const faults: string[] = [];
  const counts = new Map<string, number>();
  for (let trial = 0; trial < trials; trial++) {
    const outcome = await suffer(kept, original, random);
    faults.push(...faultsOf(outcome));
    const { error, isIntact } = outcome;
    const ended = error instanceof DomainError ? error.code : error !== null ? 'unnamed' : isIntact ? 'untouched' : 'found by verify';
    counts.set(ended, (counts.get(ended) ?? 0) + 1);
  }
  const summary = [...counts].map(([ended, count]) => `${count} ${ended}`).join(', ');
  return { faults, summary: `${trials} cuts and flipped bits with DAMAGE_SEED=${seed}: ${summary}` };
}
