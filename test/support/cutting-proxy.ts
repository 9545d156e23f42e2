/** A wire between a program and PostgreSQL that breaks on request, at the one moment that matters: around an append. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of the next append: its request is lost, its answer is lost, its request arrives when it is let through much
 * later, or nothing is heard any more while the connection stays open.
 */
export type Fate = 'lost request' | 'lost answer' | 'late request' | 'silence';

export interface CuttingProxy {
  /** The database's address through the wire. */
  readonly url: string;
  /** Does this to one of the next appends. */
  doom(fate: Fate): void;
  cuts(): number;
  /** Lets requests through that came too late, and waits for what the server says to them. */
  letThrough(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How a request names the append's prepared statements. */
const APPENDS = [Buffer.from('append\0'), Buffer.from('append-one\0')];

export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const held: { readonly upstream: Socket; readonly request: Buffer }[] = [];
  let [fate, cuts]: [Fate | null, number] = [null, 0];
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    const upstream = keep(connect(Number(target.port || '5432'), target.hostname));
    const toClient = (data: Buffer): void => void client.write(data);
    upstream.on('data', toClient).on('close', () => client.destroy());
    client.on('close', () => held.every((one) => one.upstream !== upstream) && upstream.end());
    client.on('data', (data) => {
      const doomed = fate !== null && APPENDS.some((name) => data.includes(name)) ? fate : null;
      if (doomed === null) return void upstream.write(data);
      [fate, cuts] = [null, cuts + 1];
      upstream.off('data', toClient);
      if (doomed === 'late request') held.push({ upstream, request: data });
      else if (doomed !== 'lost request') upstream.write(data);
      if (doomed !== 'silence') client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { readonly port: number }).port);
  return {
    url: url.href,
    doom: (next) => (fate = next),
    cuts: () => cuts,
    letThrough: () => Promise.all(held.splice(0).map(({ upstream, request }) => answered(upstream, request))),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answered(upstream: Socket, request: Buffer): Promise<string> {
  upstream.write(request);
  const [answer] = (await once(upstream, 'data')) as [Buffer];
  upstream.end();
  return answer.toString('latin1');
}
