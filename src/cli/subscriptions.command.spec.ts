import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import type { Console } from './console';
import { addSubscriptionCommands } from './subscriptions.command';

const parked = {
  id: '2:acme:send-orders:order-1',
  log: 2,
  tenant_id: 'acme',
  subscription: 'send-orders',
  stream: 'order-1',
  first_position: 7,
  first_version: 1,
  error: 'makes no sense',
  tries: 5,
  parked_at: '2026-11-20T14:35:00.000Z',
  state: 'PARKED',
};

/** What `vb` prints, and what it asks a running server that answers with these items. */
async function say(words: readonly string[], items: readonly object[]): Promise<{ readonly printed: string; readonly asked: string }> {
  const said = { printed: '', asked: '' };
  const server = createServer((request, response) => {
    said.asked = `${request.method ?? ''} ${request.url ?? ''}`;
    if (request.method === 'GET') response.setHeader('content-type', 'application/json').end(JSON.stringify({ items, next_cursor: null }));
    else response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const console: Console = {
    print: (text) => void (said.printed += text),
    note: () => undefined,
    fail: () => undefined,
    progress: () => () => undefined,
    isInterrupted: () => false,
  };
  const program = new Command('vb');
  addSubscriptionCommands(program, console);
  try {
    await program.parseAsync(['subscriptions', ...words, '--url', `http://127.0.0.1:${port}`, '--key', 'k'], { from: 'user' });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  return said;
}

describe('vb subscriptions on a running server', () => {
  it('shows how far each partition is, and who reads it', async () => {
    const item = { name: 'send-orders', log: 2, partition: 3, position: 40, lag: 2, holder: null, last_error: 'the disk is full' };
    const { printed, asked } = await say(['list'], [item]);
    expect(asked).toBe('GET /v1/admin/subscriptions');
    expect(printed).toMatch(/^send-orders +2 +3 +40 +2 +– +the disk is full$/m);
    expect(JSON.parse((await say(['list', '--json'], [item])).printed)).toEqual([item]);
  });

  it('names each parked stream by the id that it is redriven and discarded by', async () => {
    const { printed } = await say(['parked'], [parked]);
    expect(printed).toMatch(/^2:acme:send-orders:order-1 +PARKED +7 +5 +makes no sense$/m);
    const path = '/v1/admin/subscriptions/parked/2%3Aacme%3Asend-orders%3Aorder-1';
    expect((await say(['redrive', parked.id], [])).asked).toBe(`POST ${path}/redrive`);
    expect((await say(['discard', parked.id], [])).asked).toBe(`DELETE ${path}`);
  });

  it('asks nothing where an id is none', async () => {
    await expect(say(['redrive', 'order-1'], [])).rejects.toMatchObject({ code: 'not_found' });
  });
});
