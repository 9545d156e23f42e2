/** `vb subscriptions`: how far the readers of the log are, and what becomes of the streams that they put aside. */
import type { Command } from 'commander';
import { NotFoundError } from '../kernel/errors';
import { parkedKeyOf, parkedStream, subscriptionStatus } from '../platform/http/admin-answers';
import { LARGEST_PAGE } from '../platform/http/page-size';
import type { ParkedStreamDto, SubscriptionDto } from '../platform/http/subscriptions.dto';
import { type Console, table } from './console';
import { ask, type RemoteFlags, withRemote } from './remote';

interface ListFlags extends RemoteFlags {
  readonly json?: boolean;
}

const PATH = '/v1/admin/subscriptions';

export function addSubscriptionCommands(program: Command, console: Console): void {
  const command = program.command('subscriptions').description('readers of the log: list them, and care for the streams that they parked');
  withRemote(command.command('list'))
    .description('how far each partition of each log is read, and by whom')
    .option('--json', 'print JSON')
    .action((flags: ListFlags) => list(flags, console));
  withRemote(command.command('parked'))
    .description('streams that stand still because one of their events fails, the longest parked first')
    .option('--json', 'print JSON')
    .action((flags: ListFlags) => listParked(flags, console));
  withRemote(command.command('redrive'))
    .description('have the failing event of a parked stream delivered again, and then what was kept back')
    .argument('<id>', 'as `vb subscriptions parked` prints it')
    .action((id: string, flags: RemoteFlags) => decide(id, 'redrive', flags, console));
  withRemote(command.command('discard'))
    .description('give the failing event of a parked stream up, and have what was kept back delivered')
    .argument('<id>', 'as `vb subscriptions parked` prints it')
    .action((id: string, flags: RemoteFlags) => decide(id, 'discard', flags, console));
}

/** What these do on the own store. */
const own = () => import('./subscriptions.action.ts');

async function list(flags: ListFlags, console: Console): Promise<void> {
  const items =
    flags.url === undefined
      ? (await (await own()).subscriptionStatuses()).map(subscriptionStatus)
      : (await ask<{ readonly items: readonly SubscriptionDto[] }>(flags, 'GET', PATH)).items;
  const rows = items.map(({ name, log, partition, position, lag, holder, last_error }) => [
    name,
    ...[log, partition, position, lag].map(String),
    holder ?? '–',
    last_error ?? '',
  ]);
  console.print(flags.json ? JSON.stringify(items) : table([['name', 'log', 'partition', 'position', 'lag', 'holder', 'error'], ...rows]));
}

async function listParked(flags: ListFlags, console: Console): Promise<void> {
  const items =
    flags.url === undefined
      ? (await (await own()).parkedStreams(LARGEST_PAGE)).map(parkedStream)
      : (await ask<{ readonly items: readonly ParkedStreamDto[] }>(flags, 'GET', `${PATH}/parked?limit=${LARGEST_PAGE}`)).items;
  const rows = items.map(({ id, state, first_position, tries, error }) => [id, state, String(first_position), String(tries), error]);
  console.print(flags.json ? JSON.stringify(items) : table([['id', 'state', 'position', 'tries', 'error'], ...rows]));
}

async function decide(id: string, decision: 'redrive' | 'discard', flags: RemoteFlags, console: Console): Promise<void> {
  const key = parkedKeyOf(id);
  if (!key) throw new NotFoundError('parked stream');
  if (flags.url === undefined) {
    await (await own()).decideParked(key, decision);
  } else {
    const path = `${PATH}/parked/${encodeURIComponent(id)}`;
    await (decision === 'redrive' ? ask(flags, 'POST', `${path}/redrive`) : ask(flags, 'DELETE', path));
  }
  console.print(`Noted: the process that reads the stream does it; see vb subscriptions parked.`);
}
