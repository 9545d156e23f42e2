import { generateKeyPairSync, sign } from 'node:crypto';
import { Clock, type Instant } from '../../kernel/clock';
import type { NewEvent } from '../event-store/event-store.port';
import { MemoryEventStore } from '../event-store/memory-event-store';
import { checkExport } from './export-check';
import { keyIdOf, SignatureCheck, Signer } from './signatures';
import { tenantExport } from './tenant-export';

class StillClock extends Clock {
  now(): Instant {
    return '2026-11-20T14:35:00.000Z';
  }
}

class TestSigner extends Signer {
  private readonly pair = generateKeyPairSync('ed25519');
  readonly keyId = keyIdOf(this.pair.publicKey);
  readonly publicKey = this.pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();

  async sign(text: string): Promise<string> {
    return sign(null, Buffer.from(text), this.pair.privateKey).toString('base64');
  }
}

const clock = new StillClock();
const signer = new TestSigner();
const keyOf = (of: Signer): SignatureCheck => SignatureCheck.of(of.publicKey) as SignatureCheck;
const scope = { log: 1, tenantId: 'mine' };

const event = (number: number): NewEvent => ({
  event_id: `event-${number}`,
  type: 'SomethingHappened',
  schema_version: 1,
  ts: clock.now(),
  portfolio_id: null,
  position_id: 'p',
  instrument_id: null,
  symbol: null,
  correlation_id: 'c',
  causation_id: null,
  actor: 'system:test',
  unique_key: null,
  data: `{"secret of event":${number}}`,
});

/** Events of two tenants: mine are at positions 2, 5, 6 and 9 of 10. */
async function logOfTwo(): Promise<MemoryEventStore> {
  const store = new MemoryEventStore(clock);
  for (let position = 1; position <= 10; position++) {
    const isMine = [2, 5, 6, 9].includes(position);
    const stream = position === 9 ? 'order-1' : 'position-1';
    await store.append({
      log: 1,
      tenantId: isMine ? 'mine' : 'theirs',
      streams: [{ stream, expectedVersion: 'any', events: [event(position)] }],
      writes: [],
    });
  }
  return store;
}

async function exported(by: Signer = signer, of = scope): Promise<string[]> {
  let text = '';
  for await (const part of tenantExport({ store: await logOfTwo(), signer: by, clock }, of)) text += part;
  return text.trimEnd().split('\n');
}

const check = (lines: readonly string[], by: Signer = signer) =>
  checkExport(
    (async function* () {
      yield* lines;
    })(),
    keyOf(by),
  );

/** Indices of lines: my events at 5, 6 and 9, and the leaves of 7 and 8 between them. */
const MINE_AT_5 = 4;
const MINE_AT_6 = 5;
const THEIRS_7_AND_8 = 6;
const MINE_AT_9 = 7;

type Lines = string[];
interface Parsed {
  event: Record<string, unknown>;
  leaves: string[];
  statement: Record<string, unknown>;
}
const changed = (line: string | undefined, change: (value: Parsed) => void): string => {
  const value = JSON.parse(line ?? '') as Parsed;
  change(value);
  return JSON.stringify(value);
};
const swapped = (lines: Lines, a: number, b: number): Lines =>
  lines.map((line, index) => (index === a ? lines[b] : index === b ? lines[a] : line) ?? '');
const without = (lines: Lines, index: number): Lines => lines.filter((_, other) => other !== index);
const edited = (lines: Lines, index: number, change: (value: Parsed) => void): Lines =>
  lines.map((line, other) => (other === index ? changed(line, change) : line));

/** What the leaf of my event at 9 is: whoever hides it knows that. */
async function leafAt(position: number): Promise<string> {
  const [chained] = await (await logOfTwo()).readChained({ log: 1, after: position - 1, limit: 1 });
  return chained?.leaf ?? '';
}

describe("a tenant's export", () => {
  it('shows every event of the tenant and nothing of anybody else', async () => {
    const lines = await exported();
    expect(await check(lines)).toMatchObject({ tenantId: 'mine', log: 1, events: 4, position: 10 });
    const text = lines.join('\n');
    for (const position of [2, 5, 6, 9]) expect(text).toContain(`{\\"secret of event\\":${position}}`);
    for (const position of [1, 3, 4, 7, 8, 10]) expect(text).not.toContain(`{\\"secret of event\\":${position}}`);
    expect(text).not.toContain('theirs');
  });

  it('of a tenant without events proves that there are none', async () => {
    expect(await check(await exported(signer, { log: 1, tenantId: 'nobody' }))).toMatchObject({ events: 0, position: 10 });
  });

  it('of a log without events is one, too', async () => {
    expect(await check(await exported(signer, { log: 9, tenantId: 'mine' }))).toMatchObject({ events: 0, position: 0 });
  });

  const planted: readonly (readonly [string, (lines: Lines) => Lines | Promise<Lines>, RegExp])[] = [
    ['an amount changed', (lines) => edited(lines, MINE_AT_5, ({ event: it }) => (it['data'] = '{}')), /do not lead to the signed head/],
    ['an event left out', (lines) => without(lines, MINE_AT_5), /position 5 is missing, 6 follows/],
    ['the last event left out', (lines) => without(lines, MINE_AT_9), /the log has 10 events, the file 9/],
    [
      'an event hidden behind its leaf',
      async (lines) => lines.with(MINE_AT_9, JSON.stringify({ leaves: [await leafAt(9)] })),
      /the tenant has 4 events, the file shows 3/,
    ],
    [
      'an event in the middle of a stream hidden behind its leaf',
      async (lines) => lines.with(MINE_AT_5, JSON.stringify({ leaves: [await leafAt(5)] })),
      /version 3 of position-1 does not follow/,
    ],
    ['a leaf changed', (lines) => edited(lines, THEIRS_7_AND_8, ({ leaves }) => (leaves[0] = 'A')), /do not lead to the signed head/],
    ['a leaf left out', (lines) => edited(lines, THEIRS_7_AND_8, ({ leaves }) => leaves.pop()), /position 8 is missing, 9 follows/],
    ['leaves in another order', (lines) => edited(lines, THEIRS_7_AND_8, ({ leaves }) => leaves.reverse()), /do not lead to/],
    ['two events swapped', (lines) => swapped(lines, MINE_AT_5, MINE_AT_6), /position 5 is missing, 6 follows/],
    ['an event twice', (lines) => lines.toSpliced(MINE_AT_5, 0, lines[MINE_AT_5] ?? ''), /position 6 is missing, 5 follows/],
    [
      'an event of another tenant shown as mine',
      (lines) => edited(lines, MINE_AT_5, ({ event: it }) => (it['tenant_id'] = 'theirs')),
      /tenant theirs/,
    ],
    ['a field that nobody hashed', (lines) => edited(lines, MINE_AT_5, ({ event: it }) => (it['note'] = 'paid')), /other fields/],
    [
      'a field said twice',
      (lines) => lines.with(MINE_AT_5, (lines[MINE_AT_5] ?? '').replace('"data":', '"data":"{}","data":')),
      /no line of an export/,
    ],
    ['another tenant in the first line', (lines) => lines.with(0, (lines[0] ?? '').replace('mine', 'yours')), /tenant mine in log 1/],
    ['another log in the first line', (lines) => lines.with(0, (lines[0] ?? '').replace('"log":1', '"log":2')), /in log 1/],
    [
      'a statement about fewer events',
      (lines) => edited(lines, lines.length - 1, ({ statement }) => (statement['events'] = 3)),
      /not signed with/,
    ],
    ['the end cut off', (lines) => lines.slice(0, -1), /ends after line 9 without its signed statement/],
    ['something after the end', (lines) => [...lines, lines[MINE_AT_5] ?? ''], /comes after the signed statement/],
    ['no beginning', (lines) => lines.slice(1), /line 1: it does not begin with/],
    ['nothing in it', () => [], /ends after line 0/],
    [
      'a statement by somebody else',
      async (lines) => [...lines.slice(0, -1), (await exported(new TestSigner())).at(-1) ?? ''],
      /not signed with key/,
    ],
  ];
  it.each(planted)('with %s proves nothing, and says where', async (_what, plant, sentence) => {
    await expect((async () => check(await plant(await exported())))()).rejects.toThrow(sentence);
  });

  it('is not signed where the log itself does not hold', async () => {
    const store = await logOfTwo();
    const [first] = (await store.readChained({ log: 1, after: 4, limit: 1 })) as unknown as { data: string }[];
    if (first) first.data = '{}';
    const write = async () => {
      for await (const _ of tenantExport({ store, signer, clock }, scope)) continue;
    };
    await expect(write()).rejects.toMatchObject({ code: 'export.damaged_log', message: expect.stringContaining('position 5') });
  });
});
