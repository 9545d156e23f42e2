/** The list of settings: name, default, what it is for, and which values it refuses. `.env.example` is this list as a file. */
import { isAmountText, parseAmount } from '../kernel/amount';
import { InputError, messageOf } from '../kernel/errors';
import { parseDatabaseUrl } from './database/database-url';
import { TickInstants } from './scheduling/tick-instants';

export interface SettingDefinition {
  readonly name: SettingName;
  /** Empty where the setting is optional. */
  readonly default: string;
  readonly description: string;
  /** What the value must be where it is refused, else null. Never sees an empty value. */
  refuse(value: string): string | null;
  /** Never repeated in a message. */
  readonly secret?: boolean;
}

const NAMES = [
  'PORT',
  'HOST',
  'DATABASE_URL',
  'VB_HEADS',
  'VB_LOGS',
  'VB_ROLES',
  'VB_TICK_CRON',
  'VB_MARKET_DATA',
  'VB_MARKET_DATA_CSV',
  'VB_ANNOUNCEMENTS',
  'VB_DEMO',
  'VB_BOOTSTRAP_API_KEY',
  'VB_LOG_LEVEL',
  'VB_CALENDAR_OVERRIDES',
  'VB_PAPER_SLIPPAGE_BPS',
  'VB_PAPER_PARTIAL_FILLS',
  'VB_PAPER_LATENCY_MS',
  'VB_PAPER_REJECT_RATE',
] as const;
export type SettingName = (typeof NAMES)[number];

type Refuse = SettingDefinition['refuse'];

/** The parts of a comma-separated list. */
export const readOptions = (value: string): readonly string[] => value.split(',').map((part) => part.trim());

const anything: Refuse = () => null;
const oneOf =
  (...options: readonly string[]): Refuse =>
  (value) =>
    options.includes(value) ? null : `one of ${options.join(', ')}`;
const someOf =
  (...options: readonly string[]): Refuse =>
  (value) =>
    readOptions(value).every((part) => options.includes(part)) ? null : `a comma-separated list of ${options.join(', ')}`;
const whole =
  (least: number, most: number): Refuse =>
  (value) =>
    /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most ? null : `a whole number from ${least} to ${most}`;
const decimal =
  (most: string): Refuse =>
  (value) =>
    isAmountText(value) && parseAmount(value) >= 0n && parseAmount(value) <= parseAmount(most) ? null : `a decimal from 0 to ${most}`;
const boolean = oneOf('true', 'false');

const databaseUrl: Refuse = (value) => {
  try {
    parseDatabaseUrl(value);
    return null;
  } catch (error) {
    return error instanceof InputError ? error.rule : `a database this version can open (${messageOf(error)})`;
  }
};

const cron: Refuse = (value) => {
  try {
    new TickInstants(value).next('2026-01-01T00:00:00.000Z');
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.rule;
    throw error;
  }
};

/** The key also travels in a header, so it holds printable characters without spaces. */
const key: Refuse = (value) => (/^[\x21-\x7e]{16,200}$/.test(value) ? null : '16 to 200 printable characters without spaces');

const define = (name: SettingName, value: string, description: string, refuse: Refuse, secret = false): SettingDefinition => ({
  name,
  default: value,
  description,
  refuse,
  secret,
});

export const settingDefinitions: readonly SettingDefinition[] = [
  define('PORT', '3000', 'TCP port of the HTTP server; 0 takes any free one.', whole(0, 65_535)),
  define('HOST', '127.0.0.1', 'Address to listen on; 0.0.0.0 lets other machines in.', anything),
  define(
    'DATABASE_URL',
    'sqlite:data/vb.sqlite',
    'Where everything is kept: sqlite:<file>, or postgres://<user>:<password>@<host>:5432/<database>.',
    databaseUrl,
  ),
  define(
    'VB_HEADS',
    '',
    'Folder of the signed heads of the logs, outside the database; <file>.heads or data/heads/<database> where it is not set.',
    anything,
  ),
  define('VB_LOGS', '1', 'How many logs new tenants are spread over; a tenant stays in the log it was created in.', whole(1, 1_024)),
  define(
    'VB_ROLES',
    'api,scheduler,worker',
    'What this process does, comma-separated: api, scheduler, worker.',
    someOf('api', 'scheduler', 'worker'),
  ),
  define('VB_TICK_CRON', '*/5 * * * *', 'When positions are evaluated: five cron fields (six with seconds), UTC.', cron),
  define(
    'VB_MARKET_DATA',
    'simulated',
    'Where quotes come from: simulated, push, csv or yahoo.',
    oneOf('simulated', 'push', 'csv', 'yahoo'),
  ),
  define('VB_MARKET_DATA_CSV', '', 'Folder of recorded bars, quotes and announcements, where something is read from csv.', anything),
  define(
    'VB_ANNOUNCEMENTS',
    '',
    'Where dividends and splits are announced, comma-separated: csv, yahoo, or none; where quotes come from, where it is not set.',
    someOf('csv', 'yahoo', 'none'),
  ),
  define('VB_DEMO', 'true', 'true fills an empty store with a small example portfolio.', boolean),
  define(
    'VB_BOOTSTRAP_API_KEY',
    '',
    'Key of the first owner on a first start (16 characters or more); a random one is printed where it is not set.',
    key,
    true,
  ),
  define(
    'VB_LOG_LEVEL',
    'info',
    'Least severe level that is logged: fatal, error, warn, info, debug, trace or silent.',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  define('VB_CALENDAR_OVERRIDES', '', 'JSON file of exchange closures announced after this version.', anything),
  define('VB_PAPER_SLIPPAGE_BPS', '0', 'How much worse than the price the paper broker fills, in basis points.', decimal('10000')),
  define('VB_PAPER_PARTIAL_FILLS', 'false', 'true makes the paper broker fill orders in parts.', boolean),
  define('VB_PAPER_LATENCY_MS', '0', 'How long the paper broker takes to answer, in milliseconds.', whole(0, 60_000)),
  define('VB_PAPER_REJECT_RATE', '0', 'Fraction of orders the paper broker rejects, 0 to 1.', decimal('1')),
];

/** The name with the fewest different letters: what was probably meant. */
export function nearest(name: string, known: readonly string[]): string {
  const byDistance = known.map((candidate) => ({ candidate, distance: distance(name, candidate) }));
  byDistance.sort((a, b) => a.distance - b.distance);
  return byDistance[0]?.candidate ?? name;
}

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
