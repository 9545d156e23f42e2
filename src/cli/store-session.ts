/** A command's way to its own store: as much of the program on it as the command needs. */
import pino, { type Logger } from 'pino';
import type { App } from '../app';
import { openAppStore } from '../app-store';
import { appStreams } from '../app.streams';
import { DomainError } from '../kernel/errors';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { openPlatform, type Platform } from '../platform/open-platform';
import { loadSettings, type Settings } from '../platform/settings';

/** The program without background work on the store of the settings. Throws DomainError `store.locked` where a server has it open. */
export async function withApp<Result>(work: (app: App) => Promise<Result>): Promise<Result> {
  const { createApp } = await import('../app.ts');
  const app = await orAskTheServer(createApp(idleSettings(), { announce, logger: quietLogger() }));
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** The store as the program would find it, without the program: for whoever asks only the platform. */
export async function withStore<Result>(work: (platform: Platform) => Promise<Result>): Promise<Result> {
  const settings = idleSettings();
  loadCalendar(settings.calendarOverrides); // refused here as the program would refuse it
  const platform = await orAskTheServer(openAppStore(settings, { announce, logger: quietLogger() }));
  try {
    return await work(platform);
  } finally {
    await platform.projections.stop();
    await platform.opened.close();
  }
}

/** What every part of the program stands on, without the program, and with the heads of the logs set aside. */
export async function withPlatform<Result>(work: (platform: Platform) => Promise<Result>): Promise<Result> {
  const platform = await orAskTheServer(openPlatform(loadSettings(), { setsHeadsAside: true, logger: quietLogger() }));
  platform.registry.register(...appStreams);
  try {
    return await work(platform);
  } finally {
    await platform.opened.close();
  }
}

const idleSettings = (): Settings => ({ ...loadSettings(), roles: new Set<never>(), demo: false });

/** stdout is the command's result: what a first start says goes beside it. */
const announce = (line: string): void => void process.stderr.write(`${line}\n`);

const quietLogger = (): Logger => pino({ level: 'error' }, pino.destination(2));

async function orAskTheServer<Opened>(opening: Promise<Opened>): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'store.locked')) throw error;
    throw new DomainError(error.code, `${error.message}\nOr ask that server: the same command with --url <its address> --key <an API key>`);
  }
}
