/** Opens what every part of the program stands on, before the framework starts: so that it can be closed after it has stopped. */
import type { Logger } from 'pino';
import { Clock } from '../kernel/clock';
import { Ids } from '../kernel/ids';
import type { CrashPoints } from './event-store/crash-points';
import { crashPointsFrom } from './event-store/crash-points.adapter';
import { deferToNextTurn } from './event-store/defer.adapter';
import { EventTypes } from './event-store/event-types';
import type { OpenedStore } from './event-store/opened-store';
import type { TenantLogs } from './event-store/tenant-logs';
import { StoredAnswers } from './idempotency/stored-answers';
import { Log } from './observability/log';
import { createLogger, PinoLog } from './observability/pino-log.adapter';
import { Readiness, type ReadinessCheck } from './observability/readiness';
import { Shutdown } from './observability/shutdown';
import { storeCheck } from './observability/store-check';
import { InProcessWork } from './projections/in-process-work';
import { projectionTables } from './projections/open-projection-tables';
import { ProjectionRebuilder } from './projections/projection-rebuilder';
import { ThreadedWork } from './projections/threaded-work.adapter';
import { openStore } from './open-store';
import type { Settings } from './settings';
import { StreamRegistry } from './streams/stream-registry';
import { StreamRunner } from './streams/stream-runner';
import { Secrets } from './tenancy/api-key';
import { Authenticator } from './tenancy/authenticator';
import { RandomSecrets } from './tenancy/random-secrets.adapter';
import { TenantLogTable } from './tenancy/tenant-log.table';
import { TenantDirectory } from './tenancy/tenant.directory';
import { SystemClock } from './time/system-clock.adapter';
import { SystemTimer } from './time/system-timer.adapter';
import { Timer } from './time/timer.port';
import { LogTrust } from './trust/log-trust';
import { UuidIds } from './time/uuid-ids.adapter';

/** What tests, replays and the command line bring themselves. */
export interface PlatformOverrides {
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly timer?: Timer;
  readonly secrets?: Secrets;
  readonly logger?: Logger;
  /** OFF for scratch stores that nobody misses; they have no heads either. */
  readonly synchronous?: 'FULL' | 'OFF';
  /** The built program of threads that fold the log; without it everything is folded in this thread. */
  readonly projectionWorker?: string | null;
  /** Opens without holding the store against its heads, and writes none: to accept a loss. */
  readonly setsHeadsAside?: boolean;
  /** Events that are worth such threads; as many as usual where it is missing. */
  readonly threadsFrom?: number;
}

export interface Platform {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly timer: Timer;
  readonly logger: Logger;
  readonly log: Log;
  readonly opened: OpenedStore;
  readonly crashPoints: CrashPoints;
  readonly registry: StreamRegistry;
  readonly streams: StreamRunner;
  readonly projections: ProjectionRebuilder;
  readonly logs: TenantLogs;
  readonly eventTypes: EventTypes;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
  readonly authenticator: Authenticator;
  readonly answers: StoredAnswers;
  readonly directory: TenantDirectory;
  readonly trust: LogTrust;
}

/** Opens and migrates the store. Throws DomainError `store.…` or `events.unknown_type` with a sentence for whoever starts the process. */
export async function openPlatform(settings: Settings, overrides: PlatformOverrides = {}): Promise<Platform> {
  const { clock = new SystemClock(), ids = new UuidIds(), timer = new SystemTimer(), secrets = new RandomSecrets() } = overrides;
  const logger = overrides.logger ?? createLogger(settings.logLevel);
  const log = new PinoLog(logger);
  const crashPoints = crashPointsFrom(settings.crashAt ?? undefined);
  const { opened, heads, isKept } = await openStore(settings, overrides, { clock, timer, log, crashPoints });
  const { store, sql } = opened;
  const logs = new TenantLogTable(sql);
  const eventTypes = await knownEvents(opened);
  const registry = new StreamRegistry();
  const streams = new StreamRunner(store, sql, registry, logs, clock, ids);
  const work = new InProcessWork(deferToNextTurn);
  const heavyWork = overrides.projectionWorker ? new ThreadedWork(overrides.projectionWorker) : work;
  const tables = projectionTables(opened);
  const projections = new ProjectionRebuilder({ registry, tables, work, heavyWork, heavyFrom: overrides.threadsFrom, clock, ids });
  const shutdown = new Shutdown();
  const readiness = readinessOf(timer, shutdown, eventTypes, storeCheck({ store, clock, timer, name: nameOf(opened) }));
  if (heads && isKept) readiness.register('heads', () => heads.hindrance());
  return {
    settings,
    clock,
    ids,
    timer,
    logger,
    log,
    opened,
    crashPoints,
    registry,
    streams,
    projections,
    logs,
    eventTypes,
    readiness,
    shutdown,
    authenticator: new Authenticator(sql),
    answers: new StoredAnswers(sql, store, logs, clock),
    directory: new TenantDirectory(streams, sql, clock, ids, secrets, settings.logs),
    trust: new LogTrust(store, opened.storage, heads, clock, deferToNextTurn),
  };
}

function readinessOf(timer: Timer, shutdown: Shutdown, eventTypes: EventTypes, store: ReadinessCheck): Readiness {
  const readiness = new Readiness(timer);
  readiness.register('shutdown', () => (shutdown.isStopping ? 'the process is shutting down' : null));
  readiness.register('store', store);
  readiness.register('event-types', () => eventTypes.fault);
  return readiness;
}

/** Nothing is done on a log that holds what this release does not know. */
async function knownEvents({ sql, store, close }: OpenedStore): Promise<EventTypes> {
  const eventTypes = new EventTypes(sql, store, deferToNextTurn);
  try {
    await eventTypes.check();
    return eventTypes;
  } catch (error) {
    await close();
    throw error;
  }
}

const nameOf = ({ kind, database }: OpenedStore): string => (kind === 'postgres' ? `PostgreSQL (${database.name})` : database.file);
