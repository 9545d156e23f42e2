/** Recorded bars as tenants keep them for simulations. */
import { createHash } from 'node:crypto';
import type { Exchange } from '../contracts/instrument';
import type { Clock } from '../kernel/clock';
import { NotFoundError } from '../kernel/errors';
import type { Ids } from '../kernel/ids';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { Sql } from '../platform/database/sql';
import type { Row } from '../platform/event-store/row-write';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import type { Quote } from '../rules/price-policy';
import { labelOf, type Tape } from './tape';
import { decodeRanges, decodeTape, encodeTape, type PartsFrom, type TapeHead } from './tape-codec';

export interface TapeView {
  readonly id: string;
  readonly name: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  /** `upload`, `recorded` or the name of a provider. */
  readonly source: string;
  readonly hash: string;
  readonly bars: number;
  /** The first and the last bar's date or instant. */
  readonly first: string;
  readonly last: string;
  readonly created_at: string;
}

export interface NewTape {
  readonly name: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly source: string;
  readonly tape: Tape;
  readonly quotes: readonly Quote[] | null;
}

export interface LoadedTape {
  readonly view: TapeView;
  readonly tape: Tape;
  readonly quotes: readonly Quote[] | null;
}

interface ReadTape {
  readonly head: TapeHead;
  readonly loaded: LoadedTape;
}

interface Reading {
  readonly key: string;
  readonly reading: Promise<ReadTape>;
}

export class TapeTable {
  /** The last tape that was read: the next run is usually about the same. */
  private latest: Reading | null = null;

  constructor(
    private readonly sql: Sql,
    private readonly tables: TenantTables,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async add(tenantId: string, { name, symbol, exchange, source, tape, quotes }: NewTape): Promise<TapeView> {
    const log = await this.logs.of(tenantId);
    const { head, parts, hash: bars } = encodeTape(tape);
    const quotesText = quotes && JSON.stringify(quotes);
    const hash = hashOf(bars, quotesText);
    const id = this.ids.next();
    // The row that names the tape comes last: what a crash leaves behind is parts that nobody knows.
    for (const [part, data] of parts.entries()) {
      await this.sql.write('INSERT INTO simulation_tape_parts (log, tenant_id, tape_id, part, data) VALUES (?, ?, ?, ?, ?)', [
        log,
        tenantId,
        id,
        part,
        data,
      ]);
    }
    const [first, last] = [labelOf(tape, 0), labelOf(tape, tape.bars - 1)];
    const now = this.clock.now();
    await this.sql.write(
      `INSERT INTO simulation_tapes (log, tenant_id, tape_id, name, symbol, exchange, source, hash, head, bars, first, last, quotes, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [log, tenantId, id, name, symbol, exchange, source, hash, JSON.stringify(head), tape.bars, first, last, quotesText, now],
    );
    return { id, name, symbol, exchange, source, hash, bars: tape.bars, first, last, created_at: now };
  }

  list(tenantId: string, page: PageDto): Promise<Page<TapeView>> {
    return readTablePage(this.tables, { table: 'simulation_tapes', tenantId, time: 'created_at', id: 'tape_id' }, page, viewOf);
  }

  /** Throws NotFoundError. */
  async view(tenantId: string, id: string): Promise<TapeView> {
    return viewOf(await this.row(tenantId, id));
  }

  /** With closes only, unless `withRanges` asks for open, high and low too. Throws NotFoundError. */
  async load(tenantId: string, id: string, withRanges = false): Promise<LoadedTape> {
    const key = `${tenantId} ${id}`;
    const parts: PartsFrom = (first, count) => this.parts(tenantId, id, first, count);
    for (;;) {
      const latest = this.latest?.key === key ? this.latest : this.begin(key, this.read(tenantId, id, parts, withRanges));
      const { head, loaded } = await latest.reading;
      if (!withRanges || loaded.tape.open) return loaded;
      if (this.latest === latest) this.begin(key, withRangesOf(head, loaded, parts));
    }
  }

  /** Whoever asks while it is being read waits for the same; what could not be read is asked for again. */
  private begin(key: string, reading: Promise<ReadTape>): Reading {
    const begun = { key, reading };
    this.latest = begun;
    reading.catch(() => {
      if (this.latest === begun) this.latest = null;
    });
    return begun;
  }

  private async read(tenantId: string, id: string, parts: PartsFrom, withRanges: boolean): Promise<ReadTape> {
    const row = await this.row(tenantId, id);
    const head = JSON.parse(String(row['head'])) as TapeHead;
    const tape = await decodeTape(head, parts, withRanges);
    const quotes = row['quotes'] === null ? null : (JSON.parse(String(row['quotes'])) as readonly Quote[]);
    return { head, loaded: { view: viewOf(row), tape, quotes } };
  }

  /** One at a time: all of them are as large as the tape. */
  private async *parts(tenantId: string, id: string, first: number, count: number | null): AsyncGenerator<string> {
    const read = 'SELECT data FROM simulation_tape_parts WHERE log = ? AND tenant_id = ? AND tape_id = ? AND part = ?';
    const end = count === null ? Number.POSITIVE_INFINITY : first + count;
    for (let part = first; part < end; part++) {
      const [row] = await this.tables.read(tenantId, read, [id, part]);
      if (!row) return;
      yield String(row['data']);
    }
  }

  private async row(tenantId: string, id: string): Promise<Row> {
    const [row] = await this.tables.read(tenantId, 'SELECT * FROM simulation_tapes WHERE log = ? AND tenant_id = ? AND tape_id = ?', [id]);
    if (!row) throw new NotFoundError('tape');
    return row;
  }
}

const withRangesOf = async (head: TapeHead, loaded: LoadedTape, parts: PartsFrom): Promise<ReadTape> => ({
  head,
  loaded: { ...loaded, tape: { ...loaded.tape, ...(await decodeRanges(head, parts)) } },
});

/** Quotes decide as bars do: equal bars under other quotes are another tape. */
const hashOf = (bars: string, quotes: string | null): string =>
  quotes === null ? bars : createHash('sha256').update(bars).update(quotes).digest('hex');

const viewOf = (row: Row): TapeView => ({
  id: String(row['tape_id']),
  name: String(row['name']),
  symbol: String(row['symbol']),
  exchange: String(row['exchange']) as Exchange,
  source: String(row['source']),
  hash: String(row['hash']),
  bars: Number(row['bars']),
  first: String(row['first']),
  last: String(row['last']),
  created_at: String(row['created_at']),
});
