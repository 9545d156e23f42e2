/** A store with some history, its write-ahead log not yet folded in, and its signed heads: copied for each attack. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import 'reflect-metadata';
import { appStreams } from '../../src/app.streams';
import { systemContext, SYSTEM_TENANT } from '../../src/kernel/context';
import { openPlatform, type Platform, type PlatformOverrides } from '../../src/platform/open-platform';
import { readSettings, type Settings } from '../../src/platform/settings';
import { keepReplay } from '../stories/support/kept-store';

export const FILE = 'vb.sqlite';

export interface KeptLog {
  /** Holds `new`, the store with its heads, and `old`, the database as it was some events before. */
  readonly folder: string;
  /** Where the log ended in `old` and in `new`. */
  readonly oldEnd: number;
  readonly end: number;
  /** A copy of `new` to spoil. Gives its folder. */
  copy(): string;
  remove(): void;
}

/** As the program opens it, and ready to append. */
export async function openWithStreams(settings: Settings, overrides: PlatformOverrides): Promise<Platform> {
  const platform = await openPlatform(settings, overrides);
  platform.registry.register(...appStreams);
  return platform;
}

export const openKept = (folder: string, overrides: PlatformOverrides = {}): Promise<Platform> =>
  openWithStreams(readSettings({ DATABASE_URL: `sqlite:${join(folder, FILE)}`, VB_LOG_LEVEL: 'silent' }), {
    logger: pino({ level: 'silent' }),
    ...overrides,
  });

export const createTenant = ({ directory, ids }: Platform, tenantId: string): Promise<unknown> =>
  directory.create(systemContext(SYSTEM_TENANT, 'test', ids.next()), {
    tenantId,
    name: tenantId,
    ownerEmail: null,
    roles: ['owner'],
    keyText: null,
  });

/** Database files as they are on the disk now, heads included. */
function take(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from).filter((entry) => !/-shm$|\.lock/.test(entry)))
    cpSync(join(from, name), join(to, name), { recursive: true });
}

export async function keepLog(): Promise<KeptLog> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-tamper-'));
  const live = join(folder, 'live');
  mkdirSync(live);
  await keepReplay(join(live, FILE));
  const first = await openKept(live);
  await createTenant(first, 'before');
  const oldEnd = await first.opened.store.head(1);
  await first.opened.close();
  take(live, join(folder, 'old'));
  const second = await openKept(live);
  for (let number = 1; number <= 8; number++) {
    await createTenant(second, `after-${number}`);
    await second.trust.heads?.keeper.settle();
  }
  const end = await second.opened.store.head(1);
  take(live, join(folder, 'new'));
  await second.opened.close();
  let copies = 0;
  return {
    folder,
    oldEnd,
    end,
    copy() {
      const copy = join(folder, `copy-${++copies}`);
      cpSync(join(folder, 'new'), copy, { recursive: true });
      return copy;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
