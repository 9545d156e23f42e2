/** `vb simulate`: recorded bars through the fast engine on the rules of live trading, and the result as text or JSON. */
import type { Command } from 'commander';
import type { Console } from './console';
import { withFillArguments } from './fill-arguments';
import { withRunArguments } from './run-arguments';
import type { SimulateFlags } from './simulate.action';

export function addSimulateCommand(program: Command, console: Console): void {
  withFillArguments(withRunArguments(program.command('simulate')))
    .description('simulate recorded bars on the rules of live trading; prints what vb replay prints')
    .action(async (flags: SimulateFlags) => console.print(await (await import('./simulate.action.ts')).simulationText(flags)));
}
