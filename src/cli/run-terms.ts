/** How the arguments of a run are read, and how its result is printed. */
import { readFile } from 'node:fs/promises';
import { type Amount, parseAmount, ZERO } from '../kernel/amount';
import { InputError, messageOf } from '../kernel/errors';
import { EXCHANGES } from '../contracts/exchanges';
import type { Exchange } from '../contracts/instrument';
import { HISTORICAL_SETTINGS_TEXT, parseSettings, type SettingsText } from '../rules/settings';
import { checkSettings, RUN_SETTING_NAMES, validateSettings } from '../rules/settings-validation';
import type { RunResult } from '../simulation/run-result';
import { table } from './console';
import type { RunFlags } from './run-arguments';

export interface RunTermsRead {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly cash: Amount;
  readonly qty: Amount;
  /** Percent of the cash to put into stock at the first bar's close. */
  readonly stockPct: Amount | null;
  readonly settings: SettingsText;
}

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
