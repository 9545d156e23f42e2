/** `vb sweep`: many simulations over one file of bars, by the code that sweeps over HTTP run on. */
import type { Command } from 'commander';
import { SWEEP_METRICS } from '../simulation/sweep-metrics';
import type { Console } from './console';
import { withFillArguments } from './fill-arguments';
import { withRunArguments } from './run-arguments';
import type { SweepCommandFlags } from './sweep.action';

const gathered = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addSweepCommand(program: Command, console: Console): void {
  withFillArguments(withRunArguments(program.command('sweep')))
    .description('simulate every point of a grid, or some at random, and say which did best and where that is doubtful')
    .requiredOption('--param <name=values>', 'a setting and its values, from:to:step or a,b,c; again for each parameter', gathered)
    .option('--constraint <comparison>', 'such as "up_threshold_pct <= down_threshold_pct"; again for each', gathered)
    .option('--random <runs>', 'so many points at random instead of the whole grid')
    .option('--seed <number>', 'which random points', '1')
    .option('--metric <name>', `what is to be as large as possible: ${SWEEP_METRICS.join(', ')}`, 'sharpe')
    .option('--walk-forward <train:test>', 'days to choose the best point on, and days after them to test it on')
    .option('--heatmap <x,y>', 'two of the parameters; the first and the last where it is left out')
    .action(async (flags: SweepCommandFlags) => (await import('./sweep.action.ts')).sweepFiles(flags, console));
}
