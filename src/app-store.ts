/** The store with all that has to be true of it before the program works on it; some commands need no more. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appStreams } from './app.streams';
import { openPlatform, type Platform, type PlatformOverrides } from './platform/open-platform';
import type { Settings } from './platform/settings';
import { bootstrap } from './platform/tenancy/bootstrap';

export interface AppStoreOverrides extends PlatformOverrides {
  /** Takes the lines for whoever started the process; they go to stdout otherwise. */
  readonly announce?: (line: string) => void;
}

const WORKER = join(__dirname, 'projection-worker.js');
/** Only the built program has threads: a test that runs the sources folds in its own. */
const projectionWorker = existsSync(WORKER) ? WORKER : null;

/**
 * Opens the store, brings read tables to the versions of this program, and creates the first tenant where the store is empty.
 * Throws DomainError `store.…` and `projections.…`.
 */
export async function openAppStore(settings: Settings, overrides: AppStoreOverrides = {}): Promise<Platform> {
  const { announce = (line: string) => void process.stdout.write(`${line}\n`) } = overrides;
  const platform = await openPlatform(settings, { projectionWorker, ...overrides });
  try {
    const { directory, ids, opened, projections, registry } = platform;
    registry.register(...appStreams);
    await projections.bringUpToDate(announce);
    for (const line of await bootstrap(opened.store, directory, ids, settings.bootstrapApiKey)) announce(line);
    return platform;
  } catch (error) {
    await platform.opened.close();
    throw error;
  }
}
