import type { Cell, Row } from './row-write';
import { Sql } from '../database/sql';
import { databases, type ScratchReaders } from '../subscriptions/subscriptions.spec-support';
import { EventTypes } from './event-types';

/** Remembers from where on the log was looked through. */
class WatchedSql extends Sql {
  readonly lookedFrom: number[] = [];
  readonly isShared = false;

  constructor(private readonly inner: Sql) {
    super();
  }

  read(sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    if (sql.includes('FROM events')) this.lookedFrom.push(Number(params[1]));
    return this.inner.read(sql, params);
  }

  write(sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    return this.inner.write(sql, params);
  }
}

describe.each(databases)('the types of events in the logs (%s)', (_kind, open) => {
  let scratch: ScratchReaders;
  let sql: WatchedSql;
  let count = 0;

  beforeEach(async () => {
    scratch = await open();
    sql = new WatchedSql(scratch.sql);
  });
  afterEach(() => scratch.close());

  /** As a start makes it: it knows what the tables say. */
  const started = (): EventTypes => new EventTypes(sql, scratch.store, setImmediate);

  const append = (log: number, ...events: readonly (readonly [type: string, schema_version: number])[]) => {
    const header = { ts: '2026-11-20T14:35:00.000Z', portfolio_id: null, position_id: null, instrument_id: null, symbol: null };
    const rest = { ...header, correlation_id: 'request-1', causation_id: null, actor: 'system:test', unique_key: null, data: '{}' };
    const written = events.map(([type, schema_version]) => ({ ...rest, event_id: `e${++count}`, type, schema_version }));
    return scratch.store.append({
      log,
      tenantId: `t${log}`,
      streams: [{ stream: 'position-p1', expectedVersion: 'any', events: written }],
      writes: [],
    });
  };

  it('are no hindrance where this release knows them all, or where there are none', async () => {
    await expect(started().check()).resolves.toBeUndefined();
    await append(1, ['PositionOpened', 1], ['TenantCreated', 1], ['TenantCreated', 2]);
    await append(2, ['CashDeposited', 1]);
    await expect(started().check()).resolves.toBeUndefined();
  });

  it.each<readonly [string, number, string]>([
    ['SharesPledged', 1, 'and this release knows no such event'],
    ['CashDeposited', 2, 'and this release knows it up to version 1'],
    ['TenantCreated', 3, 'and this release knows it up to version 2'],
  ])('are refused at every start from %s version %i on', async (type, version, why) => {
    await append(1, ['CashDeposited', 1], ['CashDeposited', 1]);
    await started().check();
    await append(1, ['CashDeposited', 1], [type, version], ['CashDeposited', 1], [type, version], ['SharesLent', 7]);
    const sentence = `The event at position 4 of log 1 (stream position-p1) is ${type} version ${version}, ${why}: a newer release wrote it`;
    await expect(started().check()).rejects.toMatchObject({
      code: 'events.unknown_type',
      message: expect.stringContaining(sentence) as string,
    });
    await expect(started().check()).rejects.toThrow(sentence); // also where nothing was added
  });

  it('are looked through in every log', async () => {
    await append(1, ['CashDeposited', 1]);
    await append(3, ['CashDeposited', 1], ['SharesPledged', 1]);
    await expect(started().check()).rejects.toThrow('The event at position 2 of log 3 (stream position-p1) is SharesPledged version 1');
  });

  it('are looked through once: a start reads only what came after the last look', async () => {
    await append(1, ['CashDeposited', 1], ['CashDeposited', 1]);
    await started().check();
    await started().check();
    await append(1, ['CashWithdrawn', 1]);
    await started().check();
    await started().check();
    expect(sql.lookedFrom).toEqual([0, 2]);
  });

  it('are looked through anew where the log was cut behind the last look', async () => {
    await append(1, ['CashDeposited', 1], ['CashDeposited', 1]);
    await started().check();
    await scratch.sql.write('UPDATE event_types SET position = 5');
    await append(1, ['SharesPledged', 1]);
    await expect(started().check()).rejects.toThrow('The event at position 3');
  });

  it('are watched while the program runs, since another process may be of a newer release', async () => {
    const errors: unknown[] = [];
    const types = started();
    const stop = types.watch(scratch.timer, (error) => errors.push(error));
    await append(1, ['CashDeposited', 1]);
    scratch.clock.advance(10_000);
    await scratch.settle();
    expect(types.fault).toBeNull();
    await append(1, ['SharesPledged', 1]);
    scratch.clock.advance(20_000);
    await scratch.settle();
    expect(types.fault).toContain('The event at position 2 of log 1 (stream position-p1) is SharesPledged version 1');
    scratch.clock.advance(10_000);
    await scratch.settle();
    expect(errors).toHaveLength(1); // said once, not every ten seconds
    stop();
    expect(scratch.clock.pending).toBe(0);
  });
});
