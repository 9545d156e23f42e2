/** The lines of a tenant's export: its own events in full, of everybody else's the leaves, and a signed statement at the end. */
import { createHash } from 'node:crypto';
import type { ChainedEvent } from '../event-store/event-store.port';
import type { HeadCells } from './head-lines';

export const EXPORT_FORMAT = 'volatility-balancing/tenant-export/1';

export interface ExportHeader {
  readonly format: string;
  readonly log: number;
  readonly tenant_id: string;
}

/** Leaves of others' events that follow each other in the log. */
export interface LeavesLine {
  readonly leaves: readonly string[];
}

export interface EventLine {
  readonly event: Omit<ChainedEvent, 'salt' | 'leaf' | 'chain'>;
  readonly salt: string;
}

/** That the log ended like this, and that these are all events of the tenant in it. */
export interface Statement {
  readonly signed_at: string;
  readonly tenant_id: string;
  readonly head: HeadCells;
  /** How many events of the tenant there are, and a hash over their positions. */
  readonly events: number;
  readonly positions: string;
}

export interface StatementLine {
  readonly statement: Statement;
  readonly key: string;
  readonly public_key: string;
  readonly signature: string;
}

const FIELDS = [
  'log',
  'position',
  'tenant_id',
  'stream',
  'version',
  'event_id',
  'type',
  'schema_version',
  'ts',
  'recorded_at',
  'portfolio_id',
  'position_id',
  'instrument_id',
  'symbol',
  'correlation_id',
  'causation_id',
  'actor',
  'unique_key',
  'data',
] as const satisfies readonly (keyof ChainedEvent)[];

/** In the order of FIELDS, so that the same event gives the same line. */
export const eventLine = (event: EventLine['event'], salt: string): EventLine => ({
  event: Object.fromEntries(FIELDS.map((field) => [field, event[field]])) as unknown as EventLine['event'],
  salt,
});

/** What is signed: this text, in UTF-8. */
export const statementText = ({ signed_at, tenant_id, head, events, positions }: Statement): string =>
  [
    'volatility-balancing export',
    signed_at,
    tenant_id,
    `${head.log} ${head.position} ${head.chain} ${head.recorded_at}`,
    String(events),
    positions,
  ].join('\n');

/** The positions of the tenant's events, one at a time: the hash of each as text with a line feed after it. */
export class PositionDigest {
  count = 0;
  private readonly hash = createHash('sha256');

  add(position: number): void {
    this.count += 1;
    this.hash.update(`${position}\n`);
  }

  end(): string {
    return this.hash.digest('base64');
  }
}

export const textOf = (line: ExportHeader | LeavesLine | EventLine | StatementLine): string => `${JSON.stringify(line)}\n`;
