/** `vb replay`: recorded bars and quotes through the live path, and the result as text or JSON. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parseAmount, ZERO } from '../kernel/amount';
import { InputError, messageOf } from '../kernel/errors';
import { EXCHANGES, type Exchange } from '../contracts/instrument';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadBars, loadQuotes } from '../market-data/csv.adapter';
import { barsBetween } from '../market-data/recorded-bars';
import { HISTORICAL_SETTINGS_TEXT, parseSettings, type SettingsText } from '../rules/settings';
import { checkSettings, RUN_SETTING_NAMES, validateSettings } from '../rules/settings-validation';
import type { RunResult } from '../simulation/run-result';
import { type Console, table } from './console';
import { replay, type ReplayOptions } from './replay';

interface ReplayFlags {
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

export function addReplayCommand(program: Command, console: Console): void {
  program
    .command('replay')
    .description('replay recorded bars through the live path: ticks, queue, paper broker and event store on a scratch store')
    .requiredOption('--symbol <symbol>', 'symbol of the instrument')
    .requiredOption('--bars <file>', 'CSV with date|ts,open,high,low,close,volume')
    .option('--quotes <file>', 'CSV with ts,bid,ask,last: what an evaluation sees, every check applies')
    .option('--actions <file>', 'CSV with ex_date,type(dividend|split),value,pay_date?')
    .requiredOption('--cash <amount>', 'cash to start with')
    .option('--qty <shares>', 'shares to start with; they cost no cash')
    .option('--stock-pct <percent>', 'percent of the cash to put into stock at the first close')
    .option('--config <file>', 'flat JSON object of settings')
    .option('--start <date>', 'first day')
    .option('--end <date>', 'last day')
    .option('--exchange <mic>', `one of ${EXCHANGES.join(', ')}`, 'XNYS')
    .option('--json', 'print JSON')
    .action(async (flags: ReplayFlags) => {
      const options = await readReplayOptions(flags);
      const progress = console.progress('bars');
      const result = await replay(options, (done) => progress({ ...done }), console.isInterrupted);
      if (result === null) {
        console.fail('Cancelled; nothing was kept. Run it again for the whole result.');
        return;
      }
      console.print(flags.json ? JSON.stringify(result) : describe(result));
    });
}

/** Throws InputError naming the option, or file, line and field. */
async function readReplayOptions(flags: ReplayFlags): Promise<ReplayOptions> {
  const exchange = EXCHANGES.find((name) => name === flags.exchange);
  if (!exchange) throw new InputError('cli.exchange', '--exchange', `one of ${EXCHANGES.join(', ')}`, flags.exchange);
  if (flags.qty !== undefined && flags.stockPct !== undefined) {
    throw new InputError('cli.start', '--stock-pct', 'left out where --qty is given: a run starts with one of them', flags.stockPct);
  }
  const calendar = loadCalendar(null);
  const bars = barsBetween(await loadBars(flags.bars, calendar, exchange as Exchange), flags.start ?? null, flags.end ?? null);
  if (bars.length === 0) throw new InputError('cli.no_bars', 'bars', 'a file with at least one bar from --start to --end', flags.bars);
  return {
    symbol: flags.symbol,
    exchange,
    calendar,
    bars,
    quotes: flags.quotes === undefined ? null : await loadQuotes(flags.quotes),
    actions: flags.actions === undefined ? [] : await loadActions(flags.actions),
    cash: notNegative(flags.cash, '--cash'),
    qty: flags.qty === undefined ? ZERO : notNegative(flags.qty, '--qty'),
    stockPct: flags.stockPct === undefined ? null : percent(flags.stockPct),
    settings: await readConfig(flags.config),
  };
}

function notNegative(text: string, option: string) {
  const amount = parseAmount(text, option);
  if (amount < ZERO) throw new InputError('cli.negative', option, 'zero or more', text);
  return amount;
}

function percent(text: string) {
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

async function readJson(file: string): Promise<unknown> {
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

function describe(result: RunResult): string {
  const { metrics, benchmarks, ...totals } = result;
  const percentOf = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(2)} %`);
  const rows = Object.entries(totals).map(([name, value]) => [name, typeof value === 'string' ? value : String(value)]);
  const held = benchmarks.buy_and_hold;
  return [
    table(rows),
    '',
    table([
      ['', 'total return', 'per year', 'volatility', 'max drawdown'],
      [
        'this run',
        percentOf(metrics.total_return),
        percentOf(metrics.cagr),
        percentOf(metrics.volatility),
        percentOf(metrics.max_drawdown),
      ],
      ['buy and hold', percentOf(held.total_return), percentOf(held.cagr), percentOf(held.volatility), percentOf(held.max_drawdown)],
      [
        'static mix',
        percentOf(benchmarks.static_mix.total_return),
        percentOf(benchmarks.static_mix.cagr),
        percentOf(benchmarks.static_mix.volatility),
        percentOf(benchmarks.static_mix.max_drawdown),
      ],
    ]),
  ].join('\n');
}
