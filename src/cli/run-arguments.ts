/** The arguments that `vb replay`, `vb simulate` and `vb sweep` have in common. */
import type { Command } from 'commander';
import { EXCHANGES } from '../contracts/exchanges';

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
