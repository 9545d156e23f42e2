/** Columns of `events` that make a RecordedEvent, in its order. */
export const EVENT_COLUMNS =
  'log, position, tenant_id, stream, version, event_id, type, schema_version, ts, recorded_at, portfolio_id, position_id, ' +
  'instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data';

/** With those that prove it. */
export const CHAINED_COLUMNS = `${EVENT_COLUMNS}, salt, leaf, chain`;
