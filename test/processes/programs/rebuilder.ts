/** Rebuilds every read table in threads, however short the log is. */
import 'reflect-metadata';
import { createApp } from '../../../src/app';
import { readSettings } from '../../../src/platform/settings';
import { main } from './program';

main(async () => {
  const settings = { ...readSettings(process.env), roles: new Set<never>() };
  const app = await createApp(settings, { threadsFrom: 0, announce: () => undefined });
  await app.platform.projections.rebuild('all');
  await app.close();
});
