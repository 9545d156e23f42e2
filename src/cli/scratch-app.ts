/** The whole program on a store that nobody will miss, with a clock that is moved by hand: what replays and the demo's tests run on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { CommandBus } from '@nestjs/cqrs';
import { type App, createApp } from '../app';
import type { Instant } from '../kernel/clock';
import { CountingIds } from '../kernel/ids';
import type { Market } from '../market-data/market-data.module';
import { readSettings } from '../platform/settings';
import { VirtualClock, VirtualTimer } from '../platform/time/virtual-clock';
import { LiveDriver } from './live-driver';

export interface ScratchApp {
  readonly app: App;
  readonly clock: VirtualClock;
  readonly commands: CommandBus;
  readonly driver: LiveDriver;
  /** Closes the program and removes its store. */
  close(): Promise<void>;
}

export async function openScratchApp(start: Instant, market: Market): Promise<ScratchApp> {
  const folder = await mkdtemp(join(tmpdir(), 'vb-scratch-'));
  const clock = new VirtualClock(start);
  try {
    const settings = {
      ...readSettings({ DATABASE_URL: `sqlite:${join(folder, 'scratch.sqlite')}`, VB_DEMO: 'false' }),
      roles: new Set<never>(),
    };
    const app = await createApp(settings, {
      clock,
      timer: new VirtualTimer(clock),
      ids: new CountingIds('id'),
      logger: pino({ level: 'error' }, pino.destination(2)),
      synchronous: 'OFF',
      market: () => market,
      announce: () => undefined,
    });
    const close = async (): Promise<void> => {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { app, clock, commands: app.nest.get(CommandBus), driver: LiveDriver.of(app.nest), close };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
