/** How simulated orders fill: the arguments that `vb simulate` and `vb sweep` have and a replay has not. */
import type { Command } from 'commander';
import { type Amount, parseAmount } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import { FILL_MODELS, type FillCosts, type FillModel } from '../simulation/fill-model';

export interface FillFlags {
  readonly fill: string;
  readonly slippageBps: string;
  readonly spreadBps: string;
}

export const withFillArguments = (command: Command): Command =>
  command
    .option('--fill <model>', `one of ${FILL_MODELS.join(', ')}`, 'close')
    .option('--slippage-bps <bps>', 'by how much each fill is worse than its price', '0')
    .option('--spread-bps <bps>', 'bid to ask, of which each fill pays half', '0');

/** Throws InputError naming the option. */
export function readFill(flags: FillFlags): { readonly fill: FillModel; readonly costs: FillCosts } {
  const fill = FILL_MODELS.find((model) => model === flags.fill);
  if (!fill) throw new InputError('cli.fill', '--fill', `one of ${FILL_MODELS.join(', ')}`, flags.fill);
  return { fill, costs: { slippage_bps: bps(flags.slippageBps, '--slippage-bps'), spread_bps: bps(flags.spreadBps, '--spread-bps') } };
}

function bps(text: string, option: string): Amount {
  const amount = parseAmount(text, option);
  if (amount < 0n || amount >= parseAmount('5000')) throw new InputError('cli.bps', option, 'at least 0 and below 5000 basis points', text);
  return amount;
}
