/** Streams that a subscription put aside because one of their events fails: kept in order until an operator says what to do. */
import type { Clock, Instant } from '../../kernel/clock';
import { NotFoundError } from '../../kernel/errors';
import type { Sql } from '../database/sql';
import type { RecordedEvent, TenantScope } from '../event-store/event-store.port';
import type { Row, RowWrite } from '../event-store/row-write';
import { readTable } from '../projections/projection';

/** PARKED waits for an operator; REDRIVE and DISCARD say what the process that reads the partition shall do. */
export type ParkedState = 'PARKED' | 'REDRIVE' | 'DISCARD';

export interface ParkedStream extends TenantScope {
  readonly subscription: string;
  readonly stream: string;
  /** The event that fails, and with which the stream goes on. */
  readonly position: number;
  readonly version: number;
  readonly error: string;
  readonly tries: number;
  readonly parkedAt: Instant;
  readonly state: ParkedState;
}

export type ParkedKey = TenantScope & Pick<ParkedStream, 'subscription' | 'stream'>;

export interface ParkedFilter {
  readonly subscription?: string;
  /** Null for every tenant: only platform admins ask so. */
  readonly tenantId: string | null;
  readonly limit: number;
}

const parkedTable = readTable(
  'parked_streams',
  ['subscription', 'stream'],
  ['first_position', 'first_version', 'error', 'tries', 'parked_at', 'state'],
);

/** Long enough to say what went wrong, short enough for a list. */
const ERROR_LENGTH = 1_000;

const within = (logs: readonly number[]): string => `log IN (${logs.map(() => '?').join(', ')})`;

export class ParkedStreams {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /** Of one subscription in one log: what whoever reads it must keep back. */
  async of(subscription: string, log: number): Promise<readonly ParkedStream[]> {
    const rows = await this.sql.read('SELECT * FROM parked_streams WHERE log = ? AND subscription = ? ORDER BY first_position', [
      log,
      subscription,
    ]);
    return rows.map(fromRow);
  }

  /** Those that an operator has decided on. */
  async decided(subscription: string, logs: readonly number[]): Promise<readonly ParkedStream[]> {
    if (logs.length === 0) return [];
    const rows = await this.sql.read(
      `SELECT * FROM parked_streams WHERE ${within(logs)} AND subscription = ? AND state <> 'PARKED' ORDER BY log, first_position`,
      [...logs, subscription],
    );
    return rows.map(fromRow);
  }

  /** Longest parked first. */
  async list(logs: readonly number[], { subscription, tenantId, limit }: ParkedFilter): Promise<readonly ParkedStream[]> {
    if (logs.length === 0) return [];
    const given = { tenant_id: tenantId ?? undefined, subscription };
    const asked = Object.entries(given).flatMap(([column, value]) => (value === undefined ? [] : [{ column, value }]));
    const conditions = [within(logs), ...asked.map(({ column }) => `${column} = ?`)].join(' AND ');
    const rows = await this.sql.read(
      `SELECT * FROM parked_streams WHERE ${conditions} ORDER BY parked_at, log, tenant_id, subscription, stream LIMIT ?`,
      [...logs, ...asked.map(({ value }) => value), limit],
    );
    return rows.map(fromRow);
  }

  /** Says what shall become of a stream. Throws NotFoundError where it is not parked, or where something else was said before. */
  async decide({ log, tenantId, subscription, stream }: ParkedKey, state: 'REDRIVE' | 'DISCARD'): Promise<void> {
    const rows = await this.sql.write(
      `UPDATE parked_streams SET state = ? WHERE log = ? AND tenant_id = ? AND subscription = ? AND stream = ?
       AND state IN ('PARKED', ?) RETURNING stream`,
      [state, log, tenantId, subscription, stream, state],
    );
    if (rows.length === 0) throw new NotFoundError('parked stream');
  }

  /** The stream stands still at this event from now on. */
  parked(subscription: string, event: RecordedEvent, tries: number, error: string): ParkedStream {
    return {
      log: event.log,
      tenantId: event.tenant_id,
      subscription,
      stream: event.stream,
      position: event.position,
      version: event.version,
      error: error.length > ERROR_LENGTH ? `${error.slice(0, ERROR_LENGTH - 3)}...` : error,
      tries,
      parkedAt: this.clock.now(),
      state: 'PARKED',
    };
  }
}

export const park = (stream: ParkedStream): RowWrite => ({ op: 'insert', table: parkedTable, row: toRow(stream) });
export const movePark = (stream: ParkedStream): RowWrite => ({ op: 'upsert', table: parkedTable, row: toRow(stream) });
export const unpark = (stream: ParkedStream): RowWrite => ({ op: 'delete', table: parkedTable, row: toRow(stream) });

export const streamKey = (tenantId: string, stream: string): string => `${tenantId}\u001f${stream}`;

const toRow = (parked: ParkedStream): Row => ({
  log: parked.log,
  tenant_id: parked.tenantId,
  subscription: parked.subscription,
  stream: parked.stream,
  first_position: parked.position,
  first_version: parked.version,
  error: parked.error,
  tries: parked.tries,
  parked_at: parked.parkedAt,
  state: parked.state,
});

const fromRow = (row: Row): ParkedStream => ({
  log: Number(row['log']),
  tenantId: String(row['tenant_id']),
  subscription: String(row['subscription']),
  stream: String(row['stream']),
  position: Number(row['first_position']),
  version: Number(row['first_version']),
  error: String(row['error']),
  tries: Number(row['tries']),
  parkedAt: String(row['parked_at']),
  state: row['state'] as ParkedState,
});
