/** Opens the database that the settings name, and holds it against the heads that were written down outside of it. */
import { join } from 'node:path';
import type { Clock } from '../kernel/clock';
import { DomainError } from '../kernel/errors';
import { type DatabaseUrl, parseDatabaseUrl } from './database/database-url';
import type { CrashPoints } from './event-store/crash-points';
import { openEventStore } from './event-store/open-event-store';
import type { OpenedStore } from './event-store/opened-store';
import type { Log } from './observability/log';
import type { Settings } from './settings';
import type { Timer } from './time/timer.port';
import { HeadsOnDisk, processFileName } from './trust/heads-folder.adapter';
import { Heads } from './trust/open-heads';
import { openSigningKey } from './trust/signing-key.adapter';

interface Surroundings {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  readonly crashPoints: CrashPoints;
}

interface Choices {
  readonly synchronous?: 'FULL' | 'OFF';
  readonly setsHeadsAside?: boolean;
}

export interface StoreWithHeads {
  readonly opened: OpenedStore;
  /** Null for scratch stores. */
  readonly heads: Heads | null;
  /** Whether heads are written down while it is open. */
  readonly isKept: boolean;
}

/** Throws DomainError `store.…` or `heads.…`; then everything is closed again. */
export async function openStore(settings: Settings, choices: Choices, surroundings: Surroundings): Promise<StoreWithHeads> {
  const { clock, log, crashPoints } = surroundings;
  const url = parseDatabaseUrl(settings.databaseUrl);
  const heads = choices.synchronous === 'OFF' ? null : openHeads(url, settings.heads, surroundings);
  const kept = choices.setsHeadsAside ? null : heads;
  const opened = await openEventStore({
    ...url,
    synchronous: choices.synchronous,
    clock,
    crashPoints,
    witness: kept?.keeper,
    onListenerError: (err) => log.error('a listener of the event store failed', { err }),
    onConnectionError: (err) => log.warn('a connection to the database broke; another is opened when it is needed', { err }),
  });
  if (kept === null) return { opened, heads, isKept: false };
  try {
    await kept.begin(opened.store);
  } catch (error) {
    await opened.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    await opened.close();
    await kept.keeper.close();
  };
  return { opened: { ...opened, close }, heads, isKept: true };
}

/** Only one process has a SQLite file open, and goes on where the one before ended; on PostgreSQL each has a file of its own. */
function openHeads(url: DatabaseUrl, wanted: string | null, { clock, timer, log }: Surroundings): Heads {
  const path = wanted ?? (url.kind === 'sqlite' ? `${url.file}.heads` : join('data', 'heads', url.name.replace(/[^\w.-]/g, '_')));
  const folder = openFolder(url, wanted, path);
  const onFailure = (err: unknown): void =>
    log.error('the heads of the logs cannot be written down; a loss would go unseen', { err, folder: path });
  const fileName = url.kind === 'sqlite' ? 'heads.jsonl' : processFileName();
  return new Heads({ folder, signer: openSigningKey(path), fileName, clock, timer, onFailure });
}

/** A folder that nobody named lies beside the database: where it cannot be made, the database cannot be written either. */
function openFolder(url: DatabaseUrl, wanted: string | null, path: string): HeadsOnDisk {
  try {
    return HeadsOnDisk.open(path);
  } catch (error) {
    if (wanted !== null || url.kind !== 'sqlite' || !(error instanceof DomainError)) throw error;
    const sentence = `${url.file} cannot be written; make its folder writable or name another in DATABASE_URL`;
    throw new DomainError('store.unwritable', sentence, error.details);
  }
}
