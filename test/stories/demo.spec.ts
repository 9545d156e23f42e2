/** The demo fills an empty store once, and never touches what people have made. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { CommandBus } from '@nestjs/cqrs';
import { createApp } from '../../src/app';
import { systemContext } from '../../src/kernel/context';
import { AddInstrument } from '../../src/contracts/instrument';
import { OpenPortfolio } from '../../src/contracts/portfolio';
import { OpenPosition } from '../../src/contracts/position';
import { seedDemo } from '../../src/demo/seed-demo';
import { openPlatform } from '../../src/platform/open-platform';
import { readSettings, type Settings } from '../../src/platform/settings';

describe('the demo', () => {
  let folder: string;
  let settings: Settings;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vb-demo-'));
    settings = readSettings({ DATABASE_URL: `sqlite:${join(folder, 'vb.sqlite')}`, VB_LOG_LEVEL: 'silent' });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const counts = async (): Promise<Record<string, number>> => {
    const { opened } = await openPlatform(settings);
    const rows = await opened.sql.read('SELECT type, count(*) AS events FROM events GROUP BY type');
    await opened.close();
    return Object.fromEntries(rows.map(({ type, events }) => [String(type), Number(events)]));
  };

  it('shows two days of decisions and fills, and adds nothing at the next start', async () => {
    await seedDemo(settings, () => undefined);
    const once = await counts();
    expect(once).toMatchObject({ PositionOpened: 2, EvaluationRecorded: 384, TickCompleted: 384, TradeExecuted: 10, ReferencePriceSet: 2 });
    await seedDemo(settings, () => undefined);
    expect(await counts()).toEqual(once);
  });

  it('leaves a portfolio alone that only bears its name', async () => {
    const app = await createApp({ ...settings, roles: new Set<never>() }, { logger: pino({ level: 'silent' }), announce: () => undefined });
    const context = systemContext('demo', 'person', 'test');
    const commands = app.nest.get(CommandBus);
    const terms = {
      symbol: 'ACME',
      exchange: 'XNAS' as const,
      asset_type: 'EQUITY' as const,
      currency: 'USD',
      tick_size: null,
      lot_size: null,
    };
    await commands.execute(new AddInstrument(context, terms));
    const { id } = await commands.execute(new OpenPortfolio(context, { name: 'Demo', base_currency: 'USD', owner_user_id: 'u' }));
    const holding = { exchange: null, qty: '1', cash: '100', anchor_price: '100', anchor_from_first_price: false, avg_cost: null };
    await commands.execute(new OpenPosition(context, { ...holding, portfolio_id: id, symbol: 'ACME' }));
    await app.close();
    const before = await counts();
    await seedDemo(settings, () => undefined);
    expect(await counts()).toEqual(before);
  });
});
