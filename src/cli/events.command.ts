/** `vb events`: is the log what was recorded, and how does somebody else see that. */
import { createReadStream, createWriteStream, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { DomainError, InputError } from '../kernel/errors';
import { logCheck } from '../platform/http/admin-answers';
import type { LogCheckDto } from '../platform/http/admin.dto';
import { type Console, table } from './console';
import { ask, askForStream, type RemoteFlags, withRemote } from './remote';

interface EventsFlags extends RemoteFlags {
  readonly json?: boolean;
}

interface ExportFlags extends RemoteFlags {
  readonly tenant?: string;
  readonly out: string;
}

interface AcceptFlags {
  readonly log: string;
  readonly reason: string;
  readonly json?: boolean;
}

export function addEventsCommands(events: Command, console: Console): void {
  withRemote(events.command('verify'))
    .description('recompute every hash of every log, hold it against the signed heads, and look at the schema')
    .option('--json', 'print JSON')
    .action((flags: EventsFlags) => verifyEvents(flags, console));
  withRemote(events.command('export'))
    .description("write one tenant's events with the proof that they are all of them and unchanged")
    .option('--tenant <id>', 'whose events; with --url it is the tenant of the key')
    .requiredOption('--out <file>', 'the file to write')
    .action((flags: ExportFlags) => exportTenant(flags, console));
  events
    .command('check')
    .description('check such a file, without a database')
    .argument('<file>', 'what vb events export wrote')
    .requiredOption('--public-key <file>', 'the public key of the installation, got by another way than the file')
    .option('--json', 'print JSON')
    .action((file: string, flags: { readonly publicKey: string; readonly json?: boolean }) => checkFile(file, flags, console));
  withRemote(events.command('public-key'))
    .description('print the key that heads and exports are signed with')
    .action((flags: RemoteFlags) => printPublicKey(flags, console));
  events
    .command('accept-loss')
    .description('go on with a log that has lost events, after somebody looked into it; it is recorded')
    .requiredOption('--log <number>', 'the log, or all')
    .requiredOption('--reason <text>', 'what happened and who decided')
    .option('--json', 'print JSON')
    .action((flags: AcceptFlags) => accept(flags, console));
}

/** What these do on the own store. */
const own = () => import('./events.action.ts');

async function verifyEvents(flags: EventsFlags, console: Console): Promise<void> {
  const report = checkedOf(
    flags.url === undefined ? logCheck(await (await own()).verifyLogs()) : await ask<LogCheckDto>(flags, 'POST', '/v1/admin/events/verify'),
  );
  console.print(flags.json ? JSON.stringify(report) : tableOf(report));
  for (const sentence of [...report.storage, ...report.heads]) console.note(sentence);
  for (const { log, losses } of report.logs) {
    for (const { from, to } of losses) console.note(`log ${log} has lost events ${from} to ${to}`);
  }
  if (report.firstBad) {
    const { log, position, reason } = report.firstBad;
    console.fail(
      `Log ${log} is damaged from position ${position} on: ${reason}. Stop trading on it and restore a backup from before that event.`,
    );
  } else if (!report.isIntact) console.fail('The events hold, but not what protects them. Stop trading and find out who changed it.');
}

type Checked = ReturnType<typeof checkedOf>;

/** What the server says over HTTP, in the names of the command line. */
const checkedOf = ({ intact, events, head, first_bad, logs, storage, heads }: LogCheckDto) => ({
  isIntact: intact,
  events,
  head,
  firstBad: first_bad,
  logs: logs.map(({ first_bad: firstBad, witness, ...log }) => ({
    ...log,
    firstBad,
    witness: witness && { position: witness.position, chain: witness.chain, recordedAt: witness.recorded_at, signedAt: witness.signed_at },
  })),
  storage,
  heads,
});

const tableOf = ({ logs }: Pick<Checked, 'logs'>): string =>
  table([
    ['log', 'events', 'head', 'signed'],
    ...logs.map(({ log, events, head, witness }) => [
      String(log),
      String(events),
      head,
      witness === null ? 'never' : `position ${witness.position}${witness.signedAt === null ? '' : ` at ${witness.signedAt}`}`,
    ]),
  ]);

async function exportTenant(flags: ExportFlags, console: Console): Promise<void> {
  const { tenant, out, url } = flags;
  if (url !== undefined) await write(out, Readable.fromWeb(await askForStream(flags, '/v1/events/export')));
  else if (tenant === undefined) throw new InputError('export.tenant', '--tenant', 'the id of a tenant', tenant);
  else await (await own()).exportEvents(tenant, (lines) => write(out, Readable.from(lines)));
  console.print(`${out} is written; whoever has the public key checks it with: vb events check ${out} --public-key <file>`);
}

/** Never half a file under its name. */
async function write(file: string, content: Readable): Promise<void> {
  const draft = `${file}.part`;
  try {
    await pipeline(content, createWriteStream(draft));
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

async function checkFile(file: string, flags: { readonly publicKey: string; readonly json?: boolean }, console: Console): Promise<void> {
  for (const path of [file, flags.publicKey]) {
    if (!existsSync(path)) throw new DomainError('export.no_file', `There is no file ${path}; name the export and the public key`);
  }
  const { checkExport } = await import('../platform/trust/export-check.ts');
  const { SignatureCheck } = await import('../platform/trust/signatures.ts');
  const key = SignatureCheck.of(readFileSync(flags.publicKey, 'utf8'));
  if (!key) {
    throw new DomainError('export.key', `${flags.publicKey} is no Ed25519 public key in PEM; get it with vb events public-key`);
  }
  const report = await checkExport(createInterface({ input: createReadStream(file), crlfDelay: Infinity }), key);
  const { events, tenantId, position, log, signedAt } = report;
  const sentence = `${events} events of tenant ${tenantId}, all it has among the ${position} of log ${log}, unchanged, as signed ${signedAt}`;
  console.print(flags.json ? JSON.stringify(report) : sentence);
}

async function printPublicKey(flags: RemoteFlags, console: Console): Promise<void> {
  const key =
    flags.url === undefined
      ? await (await own()).publicKey()
      : (await ask<{ readonly public_key: string }>(flags, 'GET', '/v1/events/public-key')).public_key;
  console.print(key.trimEnd());
}

async function accept({ log, reason, json }: AcceptFlags, console: Console): Promise<void> {
  const wanted = log === 'all' ? 'all' : Number(log);
  if (wanted !== 'all' && !(Number.isSafeInteger(wanted) && wanted >= 1)) {
    throw new InputError('events.log', '--log', 'the number of a log, or all', log);
  }
  const { accepted, archive } = await (await own()).acceptLosses(wanted, reason);
  const lines = accepted.map(
    (loss) =>
      `Log ${loss.log} goes on from position ${loss.kept?.position ?? 0}; what was signed of it before ended at ${loss.signed_head?.position ?? 'no position'}.`,
  );
  console.print(json ? JSON.stringify({ accepted, archive }) : [...lines, `The heads from before are kept in ${archive}.`].join('\n'));
}
