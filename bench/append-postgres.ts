/** Durable append on PostgreSQL against raw shapes of the same driver, all in one run on one server. */
import type { RowWrite } from '../src/platform/event-store/row-write';
import { readTable } from '../src/platform/projections/projection';
import { type BenchServer, openPostgres, withServer } from './bench-postgres';
import { appendAll } from './callers';
import { compete, type Contender, ratioOf, type Standing } from './measure';
import { multiRow, type RawShape, RawPostgres, unnestArrays, unnestTexts } from './raw-postgres';
import { printStandings, reach } from './report';
import { type BenchEvent, sampleEvents } from './sample';
import { onServer } from '../test/support/postgres-databases';

const BATCH = 64;
const EVENTS = BATCH * 60;
const LONE_EVENTS = 400;

/** As wide as the row of a small read model: what a stream has come to. */
const TABLE = readTable('bench_rows', ['id'], ['type', 'version', 'state', 'updated_at']);
const TABLE_SQL = `CREATE TABLE bench_rows (log BIGINT NOT NULL, tenant_id TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL,
  type TEXT NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (log, tenant_id, id))`;

const rowsOf = ({ tenantId, stream, version, event }: BenchEvent): readonly RowWrite[] => {
  const { type, ts: updated_at } = event;
  const state = `{"last":"${event.event_id}","action":"HOLD","reason":"ORDER_PENDING","price":"151.25","n":${version}}`;
  return [{ op: 'upsert', table: TABLE, row: { log: 1, tenant_id: tenantId, id: stream, type, version, state, updated_at } }];
};

interface OursOptions {
  /** A projection row with each event. */
  readonly rows?: boolean;
  readonly streams?: number;
  /** Before each round of this contender. */
  readonly around?: () => void;
  /** Once, on its database. */
  readonly prepare?: (url: string) => void | Promise<void>;
}

/** Contenders of one group, each with a database of its own, closed together. */
export class Field {
  readonly contenders: Contender[] = [];
  private readonly closing: (() => Promise<void>)[] = [];

  constructor(private readonly server: BenchServer) {}

  async raw(name: string, shape: RawShape, batch: number, events: number, { connections = 1, streams = BATCH } = {}): Promise<void> {
    const raw = await RawPostgres.connect(await this.server.database(), shape, batch, { connections, streams });
    this.closing.push(() => raw.close());
    this.contenders.push({ name, ready: () => raw.ready(events) });
  }

  async ours(name: string, callers: number, events: number, options: OursOptions = {}): Promise<void> {
    const { rows = false, streams = callers, around = () => undefined, prepare = () => undefined } = options;
    const url = await this.server.database();
    if (rows) await onServer(url, TABLE_SQL);
    await prepare(url);
    const opened = await openPostgres(url);
    this.closing.push(() => opened.close());
    let written = 0;
    const ready = (): (() => Promise<void>) => {
      around();
      const samples = sampleEvents(events, streams, written);
      written += events;
      return () => appendAll(opened.store, samples, callers, rows ? rowsOf : undefined);
    };
    this.contenders.push({ name, ready });
  }

  async compete(events: number): Promise<(name: string) => Standing | undefined> {
    try {
      const standings = await compete(events, this.contenders);
      printStandings(`n = ${events} events a round`, 'events', standings);
      return (name) => standings.find((standing) => standing.name === name);
    } finally {
      for (const close of this.closing) await close();
    }
  }
}

const ARRAYS = `raw: ${BATCH}-row UNNEST, driver arrays, 1 connection`;
const TEXTS = `raw: ${BATCH}-row UNNEST, joined texts, 1 connection`;
const VALUES = `raw: ${BATCH}-row VALUES, 1 connection`;
const LONE = 'raw: one-row transactions, 1 connection';
const EIGHT = 'raw: one-row transactions, 8 connections';
const MANY = `ours: ${BATCH} callers, 1 connection`;
const PROJECTED = `ours: ${BATCH} callers, 1 connection, a projection row per event`;
const ONE = 'ours: 1 caller, 1 connection';

async function manyCallers(server: BenchServer): Promise<void> {
  const field = new Field(server);
  await field.raw(ARRAYS, unnestArrays, BATCH, EVENTS);
  await field.raw(TEXTS, unnestTexts, BATCH, EVENTS);
  await field.raw(VALUES, multiRow, BATCH, EVENTS);
  await field.raw(EIGHT, multiRow, 1, EVENTS, { connections: 8 });
  await field.ours(MANY, BATCH, EVENTS);
  await field.ours(PROJECTED, BATCH, EVENTS, { rows: true });
  const of = await field.compete(EVENTS);
  const fastest: Standing = { name: 'fastest', rates: fastestOf([ARRAYS, TEXTS, VALUES].map(of)) };
  reach(`PostgreSQL, 64 callers / raw 64-row UNNEST with driver arrays`, ratioOf(of(MANY), of(ARRAYS)), { atLeast: 0.9 });
  reach(`PostgreSQL, 64 callers / fastest raw 64-row shape`, ratioOf(of(MANY), fastest), { atLeast: 0.6 });
  reach(`PostgreSQL, 64 callers / raw one-row transactions on 8 connections`, ratioOf(of(MANY), of(EIGHT)), { atLeast: 2.5 });
  reach(`PostgreSQL, 64 callers with a projection row / raw 64-row UNNEST with driver arrays`, ratioOf(of(PROJECTED), of(ARRAYS)), {
    atLeast: 0.75,
  });
}

/** The best of each round. */
const fastestOf = (standings: readonly (Standing | undefined)[]): readonly number[] =>
  (standings[0]?.rates ?? []).map((_, round) => Math.max(...standings.map((standing) => standing?.rates[round] ?? 0)));

async function loneCaller(server: BenchServer): Promise<void> {
  const field = new Field(server);
  await field.raw(LONE, multiRow, 1, LONE_EVENTS);
  await field.ours(ONE, 1, LONE_EVENTS, { streams: BATCH });
  const of = await field.compete(LONE_EVENTS);
  reach('PostgreSQL, 1 caller / raw one-row transactions on 1 connection', ratioOf(of(ONE), of(LONE)), { atLeast: 0.72 });
}

export async function benchAppendPostgres(): Promise<void> {
  await withServer(async (server) => {
    await manyCallers(server);
    await loneCaller(server);
  });
}
