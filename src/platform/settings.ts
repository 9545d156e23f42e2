/** What the process is told by its environment: every setting with its default, validated as a whole before anything starts. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type Amount, isAmountText, parseAmount } from '../kernel/amount';
import { messageOf } from '../kernel/errors';
import { withoutPassword } from './database/database-url';
import { SettingsError } from './settings-error';
import { nearest, readOptions, type SettingDefinition, type SettingName, settingDefinitions } from './settings-list';

export const PROCESS_ROLES = ['api', 'scheduler', 'worker'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];
export const MARKET_DATA = ['simulated', 'push', 'csv', 'yahoo'] as const;
export type MarketDataName = (typeof MARKET_DATA)[number];
export const ANNOUNCERS = ['csv', 'yahoo'] as const;
export type AnnouncerName = (typeof ANNOUNCERS)[number];
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How the paper broker behaves. */
export interface PaperSettings {
  readonly slippageBps: Amount;
  readonly partialFills: boolean;
  readonly latencyMs: number;
  /** Fraction of orders that are rejected, 0..1. */
  readonly rejectRate: Amount;
}

/** A class, so that it is its own injection token; any object of this shape will do. */
export abstract class Settings {
  abstract readonly port: number;
  abstract readonly host: string;
  abstract readonly databaseUrl: string;
  /** Folder of the signed heads; null for the one beside the database. */
  abstract readonly heads: string | null;
  /** How many logs new tenants are spread over. */
  abstract readonly logs: number;
  abstract readonly roles: ReadonlySet<ProcessRole>;
  /** Five cron fields, or six with seconds; UTC. */
  abstract readonly tickCron: string;
  abstract readonly marketData: MarketDataName;
  /** Folder of recorded bars, quotes and announcements; null unless something is read from it. */
  abstract readonly marketDataCsv: string | null;
  /** Where announcements of dividends and splits come from. */
  abstract readonly announcements: readonly AnnouncerName[];
  abstract readonly demo: boolean;
  abstract readonly bootstrapApiKey: string | null;
  abstract readonly logLevel: LogLevel;
  /** File of closures that were announced after this version was built. */
  abstract readonly calendarOverrides: string | null;
  abstract readonly paper: PaperSettings;
  /** `CRASH_AT`, for kill tests only and so not listed: where the process kills itself. */
  abstract readonly crashAt: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of the environment and, where it does not say, of the file `.env`. Throws SettingsError. */
export const loadSettings = (environment: Environment = process.env, envFile = '.env'): Settings =>
  readSettings({ ...readEnvFile(envFile), ...environment });

/** As `loadSettings`, with what the command line says on top. */
export const loadSettingsWith = (overrides: Environment): Settings => loadSettings({ ...process.env, ...overrides });

function readEnvFile(file: string): Environment {
  if (!existsSync(file)) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Environment;
  } catch (error) {
    throw new SettingsError([`${file} must be a readable file of NAME=value lines, or be absent (${messageOf(error)})`]);
  }
}

/** Reads and validates; an empty value counts as not set. Throws SettingsError with every mistake. */
export function readSettings(environment: Environment): Settings {
  const mistakes: string[] = unknownNames(environment);
  const text = new Map<SettingName, string>();
  for (const definition of settingDefinitions) {
    const value = environment[definition.name]?.trim() || definition.default;
    const mistake = value === '' ? null : definition.refuse(value);
    if (mistake) mistakes.push(`${definition.name} must be ${mistake}; received ${shown(definition, value)}`);
    text.set(definition.name, value);
  }
  const readsFiles = (['VB_MARKET_DATA', 'VB_ANNOUNCEMENTS'] as const).find((name) => readOptions(text.get(name) ?? '').includes('csv'));
  if (readsFiles && text.get('VB_MARKET_DATA_CSV') === '') {
    mistakes.push(`VB_MARKET_DATA_CSV must name the folder of recorded data where ${readsFiles} is csv; received nothing`);
  }
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return build((name) => text.get(name) ?? '', environment['CRASH_AT'] || null);
}

function build(text: (name: SettingName) => string, crashAt: string | null): Settings {
  return {
    port: Number(text('PORT')),
    host: text('HOST'),
    databaseUrl: text('DATABASE_URL'),
    heads: text('VB_HEADS') || null,
    logs: Number(text('VB_LOGS')),
    roles: new Set(readOptions(text('VB_ROLES')) as ProcessRole[]),
    tickCron: text('VB_TICK_CRON'),
    marketData: text('VB_MARKET_DATA') as MarketDataName,
    marketDataCsv: text('VB_MARKET_DATA_CSV') || null,
    announcements: announcersOf(text('VB_ANNOUNCEMENTS') || text('VB_MARKET_DATA')),
    demo: text('VB_DEMO') === 'true',
    bootstrapApiKey: text('VB_BOOTSTRAP_API_KEY') || null,
    logLevel: text('VB_LOG_LEVEL') as LogLevel,
    calendarOverrides: text('VB_CALENDAR_OVERRIDES') || null,
    paper: {
      slippageBps: amount(text('VB_PAPER_SLIPPAGE_BPS')),
      partialFills: text('VB_PAPER_PARTIAL_FILLS') === 'true',
      latencyMs: Number(text('VB_PAPER_LATENCY_MS')),
      rejectRate: amount(text('VB_PAPER_REJECT_RATE')),
    },
    crashAt,
  };
}

/** Each once; market data without announcements, and `none`, name nobody. */
const announcersOf = (text: string): readonly AnnouncerName[] =>
  [...new Set(readOptions(text))].filter((name): name is AnnouncerName => ANNOUNCERS.some((known) => known === name));

const amount = (text: string): Amount => parseAmount(isAmountText(text) ? text : '0');

function unknownNames(environment: Environment): string[] {
  const known = settingDefinitions.map(({ name }) => name as string);
  return Object.keys(environment)
    .filter((name) => name.startsWith('VB_') && !known.includes(name))
    .map((name) => `${name} is not a setting; did you mean ${nearest(name, known)}? .env.example lists them all`);
}

/** The user and password of an address never reach a screen or a log. */
const shown = (definition: SettingDefinition, value: string): string =>
  definition.secret ? 'something else (not shown)' : JSON.stringify(withoutPassword(value));
