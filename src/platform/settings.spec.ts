import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings, readSettings } from './settings';
import { SettingsError } from './settings-error';
import { settingDefinitions } from './settings-list';

const mistakes = (environment: Record<string, string>): readonly string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('settings', () => {
  it('start the system with nothing set at all', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ port: 3000, host: '127.0.0.1', databaseUrl: 'sqlite:data/vb.sqlite', tickCron: '*/5 * * * *' });
    expect([...settings.roles]).toEqual(['api', 'scheduler', 'worker']);
    expect(settings).toMatchObject({ marketData: 'simulated', demo: true, bootstrapApiKey: null, logLevel: 'info' });
    expect(settings.paper).toEqual({ slippageBps: 0n, partialFills: false, latencyMs: 0, rejectRate: 0n });
  });

  it('read what the environment says', () => {
    const settings = readSettings({
      PORT: '8080',
      VB_ROLES: 'worker, api',
      VB_DEMO: 'true',
      VB_PAPER_REJECT_RATE: '0.25',
      VB_MARKET_DATA: 'push',
    });
    expect(settings).toMatchObject({ port: 8080, demo: true, marketData: 'push' });
    expect([...settings.roles]).toEqual(['worker', 'api']);
    expect(settings.paper.rejectRate).toBe(25_000_000n);
  });

  it('name every mistake at once, with what was expected and received', () => {
    const found = mistakes({ PORT: '99999', VB_DEMO: 'yes', VB_TICK_CRON: 'sometimes', DATABASE_URL: 'mysql://x', VB_ROLES: 'api,cook' });
    expect(found).toHaveLength(5);
    expect(found).toContain('PORT must be a whole number from 0 to 65535; received "99999"');
    expect(found).toContain('VB_DEMO must be one of true, false; received "yes"');
    expect(found.join('\n')).toMatch(/VB_TICK_CRON must be a cron expression/);
  });

  it.each([
    ['VB_TICK_CRON', '* * * *'],
    ['VB_TICK_CRON', '61 * * * *'],
    ['VB_PAPER_REJECT_RATE', '1.5'],
    ['VB_PAPER_LATENCY_MS', '-1'],
    ['VB_PAPER_SLIPPAGE_BPS', '1e2'],
    ['VB_MARKET_DATA', 'Simulated'],
    ['VB_LOG_LEVEL', 'verbose'],
    ['PORT', '0x50'],
  ])('refuse %s=%s', (name, value) => {
    expect(mistakes({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it('refuse a misspelt name, which would otherwise silently do nothing', () => {
    expect(mistakes({ VB_MARKETDATA: 'push' })).toEqual([
      'VB_MARKETDATA is not a setting; did you mean VB_MARKET_DATA? .env.example lists them all',
    ]);
  });

  it('want the folder of recorded data where quotes come from it', () => {
    expect(mistakes({ VB_MARKET_DATA: 'csv' })).toEqual([expect.stringContaining('VB_MARKET_DATA_CSV')]);
    expect(readSettings({ VB_MARKET_DATA: 'csv', VB_MARKET_DATA_CSV: 'tapes' }).marketDataCsv).toBe('tapes');
  });

  it('take announcements from where quotes come from, unless they say otherwise', () => {
    const announcers = (environment: Record<string, string>): readonly string[] => readSettings(environment).announcements;
    expect(announcers({})).toEqual([]);
    expect(announcers({ VB_MARKET_DATA: 'yahoo' })).toEqual(['yahoo']);
    expect(announcers({ VB_MARKET_DATA: 'yahoo', VB_ANNOUNCEMENTS: 'none' })).toEqual([]);
    expect(announcers({ VB_MARKET_DATA: 'push', VB_ANNOUNCEMENTS: 'csv, yahoo, csv', VB_MARKET_DATA_CSV: 'tapes' })).toEqual([
      'csv',
      'yahoo',
    ]);
    expect(mistakes({ VB_ANNOUNCEMENTS: 'csv' })).toEqual([
      'VB_MARKET_DATA_CSV must name the folder of recorded data where VB_ANNOUNCEMENTS is csv; received nothing',
    ]);
    expect(mistakes({ VB_ANNOUNCEMENTS: 'bloomberg' })).toEqual([
      expect.stringContaining('VB_ANNOUNCEMENTS must be a comma-separated list'),
    ]);
  });

  it('never repeat a secret in a message', () => {
    expect(mistakes({ VB_BOOTSTRAP_API_KEY: 'hunter2' }).join()).not.toContain('hunter2');
    for (const url of ['postgres://vb:hunter2@db', 'postgres://vb:hunter/hunter2@db/vb', 'mysql://vb:hunter2@db/vb']) {
      expect(mistakes({ DATABASE_URL: url }).join()).toMatch(/^DATABASE_URL must be .*@db/);
      expect(mistakes({ DATABASE_URL: url }).join()).not.toContain('hunter');
    }
  });

  it('are all in .env.example with their default and a line of explanation', () => {
    const lines = readFileSync(join(__dirname, '../../.env.example'), 'utf8').split('\n');
    const listed = lines.flatMap((line, index) => (/^[A-Z_]+=/.test(line) ? [`${lines[index - 1]}\n${line}`] : []));
    expect(listed).toEqual(settingDefinitions.map((setting) => `# ${setting.description}\n${setting.name}=${setting.default}`));
  });

  it('come from a file where the environment does not say', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'vb-settings-')), '.env');
    writeFileSync(file, 'VB_CALENDAR_OVERRIDES=closures.json\nHOST=10.0.0.1\n');
    expect(loadSettings({ HOST: '10.0.0.2' }, file)).toMatchObject({ calendarOverrides: 'closures.json', host: '10.0.0.2' });
    expect(loadSettings({}, `${file}.absent`).host).toBe('127.0.0.1');
  });
});
