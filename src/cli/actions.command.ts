/** `vb actions`: what the nightly jobs do, by hand, on the store or through the running server. */
import type { Command } from 'commander';
import type { IngestView, ProcessView } from '../contracts/corporate-action';
import { type Console, table } from './console';
import { ask, type RemoteFlags, withRemote } from './remote';

interface ActionFlags extends RemoteFlags {
  readonly json?: boolean;
}

export function addActionsCommands(program: Command, console: Console): void {
  const actions = program.command('actions').description('corporate actions: take over announcements, apply and pay what is due');
  const show = (flags: ActionFlags, view: IngestView | ProcessView): void =>
    console.print(flags.json ? JSON.stringify(view) : table(rowsOf(view)));
  withRemote(actions.command('ingest'))
    .description('ask the provider for announcements of every instrument')
    .option('--json', 'print JSON')
    .action(async (flags: ActionFlags) => show(flags, await ingest(flags)));
  withRemote(actions.command('process'))
    .description('apply ex-dates and pay what is due, in every tenant')
    .option('--json', 'print JSON')
    .action(async (flags: ActionFlags) => show(flags, await processDue(flags)));
  for (const command of actions.commands) command.exitOverride();
}

/** Counts first, then a line for each answer that could not be had. */
function rowsOf(view: IngestView | ProcessView): readonly (readonly string[])[] {
  const { failures = [], ...counts } = view as Partial<IngestView>;
  return [
    ...Object.entries(counts).map(([name, value]) => [name, String(value)]),
    ...failures.map(({ source, symbol, exchange, reason }) => [`${source} ${symbol} ${exchange}`, reason]),
  ];
}

const ingest = async (flags: ActionFlags): Promise<IngestView> =>
  flags.url === undefined
    ? (await import('./actions.action.ts')).ingestActions()
    : ask<IngestView>(flags, 'POST', '/v1/corporate-actions/ingest');

const processDue = async (flags: ActionFlags): Promise<ProcessView> =>
  flags.url === undefined
    ? (await import('./actions.action.ts')).processActions()
    : ask<ProcessView>(flags, 'POST', '/v1/corporate-actions/process');
