/** What `vb replay` and `vb simulate` have in common: their arguments, how these are read, and how a result is printed. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Amount, parseAmount, ZERO } from '../kernel/amount';
import { InputError, messageOf } from '../kernel/errors';
import { EXCHANGES, type Exchange } from '../contracts/instrument';
import { HISTORICAL_SETTINGS_TEXT, parseSettings, type SettingsText } from '../rules/settings';
import { checkSettings, RUN_SETTING_NAMES, validateSettings } from '../rules/settings-validation';
import type { RunResult } from '../simulation/run-result';
import { table } from './console';

export interface RunFlags {
  readonly symbol: string;
  readonly bars: string;
  readonly quotes?: string;
  readonly actions?: string;
  readonly cash: string;
  readonly qty?: string;
  readonly stockPct?: string;
  readonly config?: string;
  readonly start?: string;
  readonly end?: string;
  readonly exchange: string;
  readonly json?: boolean;
}

export interface RunTermsRead {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly cash: Amount;
  readonly qty: Amount;
  /** Percent of the cash to put into stock at the first bar's close. */
  readonly stockPct: Amount | null;
  readonly settings: SettingsText;
}

export const withRunArguments = (command: Command): Command =>
  command
    .requiredOption('--symbol <symbol>', 'symbol of the instrument')
    .requiredOption('--bars <file>', 'CSV with date|ts,open,high,low,close,volume')
    .option('--quotes <file>', 'CSV with ts,bid,ask,last: what an evaluation sees, every check applies')
    .option('--actions <file>', 'CSV with ex_date,type(dividend|split),value,pay_date?: dividends and splits')
    .requiredOption('--cash <amount>', 'cash to start with')
    .option('--qty <shares>', 'shares to start with; they cost no cash')
    .option('--stock-pct <percent>', 'percent of the cash to put into stock at the first close')
    .option('--config <file>', 'flat JSON object of settings')
    .option('--start <date>', 'first day')
    .option('--end <date>', 'last day')
    .option('--exchange <mic>', `one of ${EXCHANGES.join(', ')}`, 'XNYS')
    .option('--json', 'print JSON');

/** Throws InputError naming the option, or the file's field. */
export async function readRunTerms(flags: RunFlags): Promise<RunTermsRead> {
  const exchange = EXCHANGES.find((name) => name === flags.exchange);
  if (!exchange) throw new InputError('cli.exchange', '--exchange', `one of ${EXCHANGES.join(', ')}`, flags.exchange);
  if (flags.qty !== undefined && flags.stockPct !== undefined) {
    throw new InputError('cli.start', '--stock-pct', 'left out where --qty is given: a run starts with one of them', flags.stockPct);
  }
  return {
    symbol: flags.symbol,
    exchange,
    cash: notNegative(flags.cash, '--cash'),
    qty: flags.qty === undefined ? ZERO : notNegative(flags.qty, '--qty'),
    stockPct: flags.stockPct === undefined ? null : percent(flags.stockPct),
    settings: await readConfig(flags.config),
  };
}

export function notNegative(text: string, option: string): Amount {
  const amount = parseAmount(text, option);
  if (amount < ZERO) throw new InputError('cli.negative', option, 'zero or more', text);
  return amount;
}

function percent(text: string): Amount {
  const amount = notNegative(text, '--stock-pct');
  if (amount > parseAmount('100')) throw new InputError('cli.percent', '--stock-pct', 'from 0 to 100', text);
  return amount;
}

/** Drift and slippage are 0: the order fills at the price it was decided on. */
async function readConfig(file: string | undefined): Promise<SettingsText> {
  const own = file === undefined ? {} : validateSettings(await readJson(file), RUN_SETTING_NAMES);
  const settings = { ...HISTORICAL_SETTINGS_TEXT, ...own, max_drift_bps: '0', slippage_bps: '0' };
  checkSettings(parseSettings(settings));
  return settings;
}

export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError('cli.unreadable', 'config', 'a file that can be read', messageOf(error));
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError('cli.config', 'config', `a JSON object of settings (${file})`, messageOf(error));
  }
}

export function describeResult(result: RunResult): string {
  const { metrics, benchmarks, ...totals } = result;
  const percentOf = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(2)} %`);
  const rows = Object.entries(totals).map(([name, value]) => [name, typeof value === 'string' ? value : String(value)]);
  const compared = { 'this run': metrics, 'buy and hold': benchmarks.buy_and_hold, 'static mix': benchmarks.static_mix };
  return [
    table(rows),
    '',
    table([
      ['', 'total return', 'per year', 'volatility', 'max drawdown'],
      ...Object.entries(compared).map(([name, { total_return, cagr, volatility, max_drawdown }]) => [
        name,
        percentOf(total_return),
        percentOf(cagr),
        percentOf(volatility),
        percentOf(max_drawdown),
      ]),
    ]),
  ].join('\n');
}
