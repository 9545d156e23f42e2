/** One writing process of `processes.ts`: makes its rows when it is told to, writes them when it is told to. */
import { openPostgres } from './bench-postgres';
import { appendAll } from './callers';
import { RawPostgres, unnestArrays } from './raw-postgres';
import { sampleEvents } from './sample';

const CALLERS = 64;

interface Writer {
  ready(events: number): () => Promise<void>;
  close(): Promise<void>;
}

async function openOurs(url: string, writer: string): Promise<Writer> {
  const opened = await openPostgres(url);
  let written = 0;
  const ready = (events: number): (() => Promise<void>) => {
    const samples = sampleEvents(events, CALLERS, written, writer);
    written += events;
    return () => appendAll(opened.store, samples, CALLERS);
  };
  return { ready, close: () => opened.close() };
}

async function main([url = '', kind, writer = '0']: readonly string[]): Promise<void> {
  const connectRaw = (): Promise<RawPostgres> => RawPostgres.connect(url, unnestArrays, CALLERS, { writer: Number(writer) });
  const own = kind === 'ours' ? await openOurs(url, writer) : await connectRaw();
  let write = (): Promise<void> => Promise.resolve();
  const handle = async (message: { readonly prepare?: number }): Promise<void> => {
    if (message.prepare === undefined) await write();
    else write = own.ready(message.prepare);
    process.send?.('done');
  };
  process.on('message', (message: { readonly prepare?: number }) => void handle(message));
  process.once('disconnect', () => void own.close());
  process.send?.('ready');
}

void main(process.argv.slice(2));
