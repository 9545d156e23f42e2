/** Builds the program in this process: the server, the command line and the tests all start the same one. */
import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { type AppStoreOverrides, openAppStore } from './app-store';
import { loadCalendar } from './market-data/calendar-file.adapter';
import { marketFrom } from './market-data/market';
import type { Market } from './market-data/market-data.module';
import { limitServer, setUpHttp } from './platform/http/http.setup';
import type { Log } from './platform/observability/log';
import { NestLog } from './platform/observability/nest-log';
import type { Platform } from './platform/open-platform';
import { JobRunner } from './platform/scheduling/job-runner';
import type { Settings } from './platform/settings';
import { SubscriptionsRunner } from './platform/subscriptions/subscriptions.runner';

export interface AppOverrides extends AppStoreOverrides {
  /** Further modules on top of the product's own. */
  readonly modules?: readonly NonNullable<DynamicModule['imports']>[number][];
  /** Another calendar and feed than the settings', for replays and tests. */
  readonly market?: (platform: Platform) => Market;
}

export interface App {
  readonly nest: NestExpressApplication;
  readonly platform: Platform;
  /** Starts to listen and gives the address, with the real port where any free one was asked for. */
  listen(): Promise<string>;
  /** Takes no more work, finishes requests in flight, stops what runs in the background, closes the store. */
  close(): Promise<void>;
}

/**
 * Opens the store as `openAppStore` does and starts everything on it but the listening. Throws DomainError `store.…` and
 * `projections.…`.
 */
export async function createApp(settings: Settings, overrides: AppOverrides = {}): Promise<App> {
  if (!overrides.market) loadCalendar(settings.calendarOverrides); // a wrong file stops the start before anything is created
  const platform = await openAppStore(settings, overrides);
  try {
    const nest = await createNest(platform, overrides);
    const stopLooking = settings.roles.size > 0 ? lookForNewerEvents(platform) : () => Promise.resolve();
    return { nest, platform, listen: () => listen(nest, settings), close: once(() => close(nest, platform, stopLooking)) };
  } catch (error) {
    await platform.opened.close();
    throw error;
  }
}

async function createNest(platform: Platform, { modules = [], market = marketFrom }: AppOverrides): Promise<NestExpressApplication> {
  const { ids, log, logger, shutdown, settings } = platform;
  const root: DynamicModule = AppModule.forRoot(platform, market(platform));
  const nest = await NestFactory.create<NestExpressApplication>(
    { ...root, imports: [...(root.imports ?? []), ...modules] },
    { bodyParser: false, abortOnError: false, logger: new NestLog(log) },
  );
  setUpHttp(nest, { ids, log, logger, shutdown, servesApi: settings.roles.has('api') });
  await nest.init();
  return nest;
}

async function listen(nest: NestExpressApplication, { port, host }: Settings): Promise<string> {
  const server = nest.getHttpServer() as Server;
  limitServer(server);
  await nest.listen(port, host);
  const { port: real } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${real}`;
}

/** How often connections that fell idle are closed, and when those that are still busy are. */
const SWEEP_MS = 50;
const PATIENCE_MS = 7_000;

async function close(
  nest: NestExpressApplication,
  { shutdown, timer, opened, log, projections }: Platform,
  stopLooking: () => Promise<void>,
): Promise<void> {
  shutdown.begin();
  const background = Promise.all([stopBackground(nest, log), projections.stop()]);
  background.catch(() => undefined); // heard below, once the last answer is out
  const server = nest.getHttpServer() as Server;
  const stopSweeping = timer.every(SWEEP_MS, () => server.closeIdleConnections());
  const cancelForce = timer.after(PATIENCE_MS, () => server.closeAllConnections());
  try {
    await nest.close();
    await background;
    await stopLooking();
  } finally {
    stopSweeping();
    cancelForce();
    await opened.close();
  }
}

/** A newer release beside this one may write what this one cannot read. What is looked through now, the next start need not look through. */
function lookForNewerEvents({ eventTypes, timer, log }: Platform): () => Promise<void> {
  const report = (error: unknown): void => log.error('the log could not be looked through for events of a newer release', { err: error });
  const stop = eventTypes.watch(timer, report);
  return async () => {
    stop();
    await eventTypes.check().catch(report);
  };
}

/** Jobs lose their timers before the framework's scheduler takes them away, and nothing new begins while requests finish. */
async function stopBackground(nest: NestExpressApplication, log: Log): Promise<void> {
  for (const stopped of await Promise.allSettled([nest.get(JobRunner).stop(), nest.get(SubscriptionsRunner).stop()])) {
    if (stopped.status === 'rejected') log.error('stopping a background part failed', { err: stopped.reason as unknown });
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= action());
}
