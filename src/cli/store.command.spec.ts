import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import type { Console } from './console';
import { addStoreCommands } from './store.command';

/** What `vb` says about a running server that answers every request with `answer`. */
async function say(words: readonly string[], answer: object): Promise<{ readonly printed: string; readonly failure: string }> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const said = { printed: '', failure: '' };
  const console: Console = {
    print: (text) => void (said.printed += text),
    note: () => undefined,
    fail: (text) => void (said.failure += text),
    progress: () => () => undefined,
    isInterrupted: () => false,
  };
  const program = new Command('vb');
  addStoreCommands(program, console);
  try {
    await program.parseAsync([...words, '--url', `http://127.0.0.1:${port}`, '--key', 'k'], { from: 'user' });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  return said;
}

const head = { positions: [{ log: 1, position: 7 }], tables: [] };
const rest = { logs: [], storage: [], heads: [] };

describe('vb on a running server', () => {
  it('fails where the server says that its log is damaged, and names the position', async () => {
    const { failure } = await say(['events', 'verify'], {
      intact: false,
      events: 3,
      head: 'h',
      first_bad: { log: 2, position: 4, reason: 'leaf' },
      ...rest,
    });
    expect(failure).toContain('Log 2 is damaged from position 4 on: leaf');
  });

  it('is content with a log that holds', async () => {
    const { printed, failure } = await say(['events', 'verify', '--json'], {
      intact: true,
      events: 3,
      head: 'h',
      first_bad: null,
      ...rest,
    });
    expect(JSON.parse(printed)).toEqual({ isIntact: true, events: 3, head: 'h', firstBad: null, ...rest });
    expect(failure).toBe('');
  });

  it('tells read tables that differ from those that do not', async () => {
    expect((await say(['projections', 'verify'], { ...head, equal: true })).failure).toBe('');
    expect((await say(['projections', 'verify'], { ...head, equal: false })).failure).toContain('differ from the log');
  });
});
