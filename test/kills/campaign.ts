/** One store that is killed again and again: start, recover, ask again, audit, work, kill, verify. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit, type Audited, StoreFile } from './audit';
import { Client } from './client';
import { emptyJournal } from './journal';
import type { Kill } from './kill-plan';
import type { Random } from './seeded-random';
import { type Ended, OWNER_KEY, type ServerProcess, startServer, vb } from './server-process';
import { Traffic } from './traffic';

/** What a killed server was at. */
export type Phase = 'starting' | 'recovering' | 'working';

export interface Fallen {
  readonly phase: Phase;
  readonly signal: Ended['signal'];
  /** Requests that were in flight and never got an answer, and which. */
  readonly unanswered: number;
  readonly lost: string;
  /** Null where the server died before it had recovered. */
  readonly audited: Audited | null;
}

/** Looks at work that should come to rest; between two looks the server answers a request. */
const MOST_LOOKS = 20_000;

export class Campaign {
  readonly journal = emptyJournal();
  private readonly folder = mkdtempSync(join(tmpdir(), 'vb-kill-'));
  private readonly traffic: Traffic;
  private server: ServerProcess | null = null;
  /** Nobody has verified since the last kill. */
  private isUnverified = false;

  constructor(random: Random) {
    this.traffic = new Traffic(this.journal, random);
  }

  /** The first start, on nothing. */
  async open(): Promise<void> {
    const { server, client } = await this.start();
    await this.traffic.open(client);
    await this.stop(server);
  }

  /** One life of the server, from its start to the kill. Throws where it finds the log or a read table damaged. */
  async live(kill: Kill): Promise<Fallen> {
    const server = (this.server = startServer(this.folder, kill.crashAt));
    const url = await server.ready;
    const client = new Client(url ?? 'http://nowhere');
    const audited = url === null ? null : await this.recovered(server, client);
    if (audited) await this.workUntilKilled(server, client, kill);
    const { signal, stdout, stderr } = await server.ended;
    refuseComplaints(stdout, stderr);
    if (this.isUnverified || kill.verifiesFirst) await this.verify([]);
    else this.isUnverified = true;
    const phase = url === null ? 'starting' : audited ? 'working' : 'recovering';
    return { phase, signal, unanswered: client.unanswered, lost: client.describeUnanswered(), audited };
  }

  /** What is left in the end: audited, and verified both by a running server and on the file alone. */
  async close(): Promise<Audited> {
    const { server, client } = await this.start();
    this.isUnverified = true;
    const audited = await this.recovered(server, client);
    if (!audited) throw new Error(`the server died and nobody killed it: ${(await server.ended).stderr}`);
    await this.stop(server);
    await this.verify([]);
    return audited;
  }

  /** Leaves nothing behind, whatever happened. */
  async remove(): Promise<void> {
    this.server?.send('SIGKILL');
    await this.server?.ended;
    rmSync(this.folder, { recursive: true });
  }

  private async start(): Promise<{ readonly server: ServerProcess; readonly client: Client }> {
    const server = (this.server = startServer(this.folder, null));
    const url = await server.ready;
    if (url === null) throw new Error(`the server did not start: ${(await server.ended).stderr}`);
    return { server, client: new Client(url) };
  }

  private async stop(server: ServerProcess): Promise<void> {
    server.send('SIGTERM');
    const { code, stdout, stderr } = await server.ended;
    refuseComplaints(stdout, stderr);
    if (code !== 0) throw new Error(`the server stopped with ${code}: ${stderr}`);
  }

  /** What was under way ends, then every request without an answer is sent again; null where the server died over it. */
  private async recovered(server: ServerProcess, client: Client): Promise<Audited | null> {
    const file = new StoreFile(this.folder);
    try {
      const isDone =
        (await this.rested(file, server, client)) && (await this.traffic.askAgain(client)) && (await this.rested(file, server, client));
      if (!isDone) return null;
      const audited = audit(file, this.journal);
      if (this.isUnverified) await this.verify(['--url', client.url, '--key', OWNER_KEY]);
      return audited;
    } finally {
      file.close();
    }
  }

  /** Nothing ticks meanwhile: an order that needs a tick to go on never rests. */
  private async rested(file: StoreFile, server: ServerProcess, client: Client): Promise<boolean> {
    for (let looks = 0; !file.isQuiet(); looks++) {
      if (looks > MOST_LOOKS) throw new Error(`work that was queued before the restart does not end: ${file.describeWork()}`);
      if ((await client.send('GET', '/v1/healthz')) === null || server.isDead()) return false;
    }
    return true;
  }

  private async workUntilKilled(server: ServerProcess, client: Client, { crashAt, afterMs }: Kill): Promise<void> {
    const timer = crashAt === null ? setTimeout(() => server.send('SIGKILL'), afterMs) : undefined;
    try {
      await this.traffic.run(client, () => server.isDead() || client.unanswered > 0);
    } finally {
      clearTimeout(timer);
    }
  }

  private async verify(remote: readonly string[]): Promise<void> {
    const events = await vb<{ readonly firstBad: unknown }>(this.folder, ['events', 'verify', '--json', ...remote]);
    const tables = await vb<{ readonly isEqual: boolean }>(this.folder, ['projections', 'verify', '--json', ...remote]);
    if (events.firstBad !== null || !tables.isEqual) throw new Error(`verified: ${JSON.stringify({ events, tables })}`);
    this.isUnverified = false;
  }
}

/** The log level is `error`, so that every line of the log is one too many. */
function refuseComplaints(stdout: string, stderr: string): void {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length > 0 || stderr !== '') throw new Error(`the server complained: ${lines.slice(0, 5).join('\n')}${stderr}`);
}
