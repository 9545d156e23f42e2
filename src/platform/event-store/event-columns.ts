/** Columns of `events` that make a RecordedEvent, in its order. */
export const EVENT_COLUMNS =
  'log, position, tenant_id, stream, version, event_id, type, schema_version, ts, recorded_at, portfolio_id, position_id, ' +
  'instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data';

/** With those that prove it. */
export const CHAINED_COLUMNS = `${EVENT_COLUMNS}, salt, leaf, chain`;

const NULLABLE: ReadonlySet<string> = new Set(['portfolio_id', 'position_id', 'instrument_id', 'symbol', 'causation_id', 'unique_key']);
const HASHED = [
  'tenant_id',
  'stream',
  'event_id',
  'type',
  'schema_version',
  'ts',
  'portfolio_id',
  'position_id',
  'instrument_id',
  'symbol',
  'correlation_id',
  'causation_id',
  'actor',
  'unique_key',
  'data',
] as const;

/**
 * The columns of a LogLink, in its order: `canonicalText` with the salt, made by the database, because handing over one long text
 * costs less than fifteen short ones. `unit` and `absent` are the separator and the absent field in its SQL.
 */
export function linkColumns(unit: string, absent: string): string {
  const hashed = HASHED.map((column) => (NULLABLE.has(column) ? `coalesce(${column}, ${absent})` : column)).join(` || ${unit} || `);
  return `position, tenant_id || ${unit} || stream, version, recorded_at, ${hashed} || salt, leaf, chain`;
}
