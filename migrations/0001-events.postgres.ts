/** What the event log has on PostgreSQL alone: heads and tails that appenders of several processes lock, and the append itself. */

/** One row per stream, so that a version is looked up and locked without touching the events. */
const HEADS = `CREATE TABLE stream_heads (
  log INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (log, tenant_id, stream)
) STRICT`;

/** One row per log: whoever holds it gives the next positions, and so positions follow commits without a gap. */
const TAILS = `CREATE TABLE log_tails (
  log INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chain TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  PRIMARY KEY (log)
) STRICT`;

/** The last flush of each appender with its outcome: who lost the answer to a commit looks here before it tries again. */
const APPENDERS = `CREATE TABLE appenders (
  log INTEGER NOT NULL,
  appender TEXT NOT NULL,
  flush INTEGER NOT NULL,
  outcome TEXT,
  PRIMARY KEY (log, appender)
) STRICT`;

/** Rows that change with every flush find room on their own page. */
const ROOM = [
  'ALTER TABLE stream_heads SET (fillfactor = 70)',
  'ALTER TABLE log_tails SET (fillfactor = 10)',
  'ALTER TABLE appenders SET (fillfactor = 10)',
];

const REFUSE = `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are append-only: % refused', TG_OP USING ERRCODE = 'VB009';
END $$`;

/** Per statement: they cost an append nothing, and TRUNCATE knows no other. */
const REFUSALS = ['UPDATE', 'DELETE', 'TRUNCATE'].map(
  (operation) =>
    `CREATE TRIGGER events_no_${operation.toLowerCase()} BEFORE ${operation} ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
);

/** Raises where a guarded change of a row found none to change. */
const EXPECT_ONE = `CREATE FUNCTION expect_one(changed BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
  IF changed <> 1 THEN RAISE EXCEPTION 'a guarded row is not what was expected' USING ERRCODE = 'VB003'; END IF;
  RETURN changed;
END $$`;

/**
 * One flush of one appender into one log. Columns travel as one text each, joined by U+001F (U+001E alone is NULL).
 *
 * Locks are taken in one order everywhere: the caller's rows before, then the heads in the order given (sorted), then the
 * tail. Nothing is waited for between the tail and the commit. A head with base -1 takes whatever version there is. Raises
 * VB001 where a stream is at another version than its base, VB002 where a later flush of this appender was there already.
 * Gives "position before|recorded_at|version of each head before|chain after", the last empty where there are no events.
 */
const APPEND = `CREATE FUNCTION append_events(
  p_log BIGINT, p_appender TEXT, p_flush BIGINT, p_now TEXT,
  h_tenant TEXT, h_stream TEXT, h_base TEXT, h_count TEXT,
  e_head TEXT, e_offset TEXT, e_id TEXT, e_type TEXT, e_schema TEXT, e_ts TEXT, e_portfolio TEXT, e_position TEXT, e_instrument TEXT,
  e_symbol TEXT, e_correlation TEXT, e_causation TEXT, e_actor TEXT, e_key TEXT, e_data TEXT, e_salt TEXT, e_content TEXT
) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
  sep CONSTANT TEXT := E'\\x1f';
  nil CONSTANT TEXT := E'\\x1e';
  tenants TEXT[] := string_to_array(h_tenant, sep);
  streams TEXT[] := string_to_array(h_stream, sep);
  expected BIGINT[] := string_to_array(h_base, ',')::BIGINT[];
  counts BIGINT[] := string_to_array(h_count, ',')::BIGINT[];
  heads INT[] := string_to_array(e_head, ',')::INT[];
  offsets BIGINT[] := string_to_array(e_offset, ',')::BIGINT[];
  contents TEXT[] := string_to_array(e_content, sep);
  bases BIGINT[];
  moved TEXT[];
  leaves TEXT[] := '{}';
  chains TEXT[] := '{}';
  leaf TEXT;
  link TEXT;
  before BIGINT;
  recorded TEXT;
  outcome TEXT;
  n INT := coalesce(cardinality(contents), 0);
BEGIN
  IF cardinality(tenants) > 0 THEN
    WITH written AS (
      INSERT INTO stream_heads AS h (log, tenant_id, stream, version)
      SELECT p_log, g.tenant, g.stream, g.n FROM unnest(tenants, streams, counts) AS g (tenant, stream, n)
      ON CONFLICT (log, tenant_id, stream) DO UPDATE SET version = h.version + excluded.version
      RETURNING h.stream, h.version
    )
    SELECT array_agg(w.stream), array_agg(w.version) INTO moved, bases FROM written w;
    IF moved IS DISTINCT FROM streams THEN RAISE EXCEPTION 'heads came back in another order'; END IF;
    FOR i IN 1..cardinality(bases) LOOP
      bases[i] := bases[i] - counts[i];
      IF expected[i] >= 0 AND expected[i] <> bases[i] THEN
        RAISE EXCEPTION 'a stream moved on' USING ERRCODE = 'VB001';
      END IF;
    END LOOP;
  END IF;

  IF n = 0 THEN
    SELECT t.position, t.recorded_at INTO before, recorded FROM log_tails t WHERE t.log = p_log;
    before := coalesce(before, 0);
    recorded := coalesce(recorded, '');
  ELSE
    SELECT t.position, t.chain, t.recorded_at INTO before, link, recorded FROM log_tails t WHERE t.log = p_log FOR UPDATE;
    IF NOT FOUND THEN
      INSERT INTO log_tails (log, position, chain, recorded_at)
      VALUES (p_log, 0, encode(sha256(convert_to('volatility-balancing log ' || p_log, 'UTF8')), 'base64'), '')
      ON CONFLICT DO NOTHING;
      SELECT t.position, t.chain, t.recorded_at INTO before, link, recorded FROM log_tails t WHERE t.log = p_log FOR UPDATE;
    END IF;
    IF p_now COLLATE "C" > recorded THEN recorded := p_now; END IF;
    FOR i IN 1..n LOOP
      leaf := encode(sha256(convert_to(contents[i] || sep || (bases[heads[i]] + offsets[i]) || sep || recorded, 'UTF8')), 'base64');
      link := encode(sha256(convert_to(link || sep || (before + i) || sep || leaf, 'UTF8')), 'base64');
      leaves := leaves || leaf;
      chains := chains || link;
    END LOOP;
    INSERT INTO events (log, position, tenant_id, stream, version, event_id, type, schema_version, ts, recorded_at, portfolio_id,
      position_id, instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data, salt, leaf, chain)
    SELECT p_log, before + g.i, tenants[g.head], streams[g.head], bases[g.head] + g.o, g.id, g.type, g.schema, g.ts, recorded, g.portfolio,
      g.position, g.instrument, g.symbol, g.correlation, g.causation, g.actor, g.key, g.data, g.salt, g.leaf, g.chain
    FROM unnest(
      heads, offsets, string_to_array(e_id, sep), string_to_array(e_type, sep), string_to_array(e_schema, ',')::BIGINT[],
      string_to_array(e_ts, sep), string_to_array(e_portfolio, sep, nil), string_to_array(e_position, sep, nil),
      string_to_array(e_instrument, sep, nil), string_to_array(e_symbol, sep, nil), string_to_array(e_correlation, sep),
      string_to_array(e_causation, sep, nil), string_to_array(e_actor, sep), string_to_array(e_key, sep, nil),
      string_to_array(e_data, sep), string_to_array(e_salt, sep), leaves, chains
    ) WITH ORDINALITY AS g (head, o, id, type, schema, ts, portfolio, position, instrument, symbol, correlation, causation, actor, key,
      data, salt, leaf, chain, i)
    WHERE g.i <= n; -- a lone empty text travels as two
    UPDATE log_tails t SET position = before + n, chain = link, recorded_at = recorded WHERE t.log = p_log;
  END IF;

  outcome := before || '|' || recorded || '|' || coalesce(array_to_string(bases, ','), '') || '|' || coalesce(link, '');
  INSERT INTO appenders AS a (log, appender, flush, outcome) VALUES (p_log, p_appender, p_flush, outcome)
  ON CONFLICT (log, appender) DO UPDATE SET flush = excluded.flush, outcome = excluded.outcome WHERE a.flush < excluded.flush;
  IF NOT FOUND THEN RAISE EXCEPTION 'a later flush came first' USING ERRCODE = 'VB002'; END IF;
  RETURN outcome;
END $$`;

/**
 * The same for one event of one stream, which is what a lone caller brings: no arrays to take apart, and the tail is locked,
 * chained and moved in one statement.
 */
const LEAF = (recorded: string): string => `encode(sha256(convert_to(e_content || sep || v || sep || ${recorded}, 'UTF8')), 'base64')`;
const LATER = 'greatest(t.recorded_at, p_now)';
const APPEND_ONE = `CREATE FUNCTION append_event(
  p_log BIGINT, p_appender TEXT, p_flush BIGINT, p_now TEXT, p_tenant TEXT, p_stream TEXT, p_base BIGINT,
  e_id TEXT, e_type TEXT, e_schema BIGINT, e_ts TEXT, e_portfolio TEXT, e_position TEXT, e_instrument TEXT,
  e_symbol TEXT, e_correlation TEXT, e_causation TEXT, e_actor TEXT, e_key TEXT, e_data TEXT, e_salt TEXT, e_content TEXT
) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
  sep CONSTANT TEXT := E'\\x1f';
  v BIGINT := p_base + 1;
  place BIGINT;
  recorded TEXT;
  link TEXT;
  result TEXT;
BEGIN
  IF p_base > 0 THEN
    UPDATE stream_heads h SET version = h.version + 1
    WHERE h.log = p_log AND h.tenant_id = p_tenant AND h.stream = p_stream AND h.version = p_base;
  ELSE
    INSERT INTO stream_heads AS h (log, tenant_id, stream, version) VALUES (p_log, p_tenant, p_stream, 1)
    ON CONFLICT (log, tenant_id, stream) DO UPDATE SET version = h.version + 1 WHERE p_base < 0 OR h.version = p_base
    RETURNING h.version INTO v;
  END IF;
  IF NOT FOUND THEN RAISE EXCEPTION 'a stream moved on' USING ERRCODE = 'VB001'; END IF;

  LOOP
    UPDATE log_tails t SET position = t.position + 1, recorded_at = ${LATER},
      chain = encode(sha256(convert_to(t.chain || sep || (t.position + 1) || sep || ${LEAF(LATER)}, 'UTF8')), 'base64')
    WHERE t.log = p_log RETURNING t.position, t.recorded_at, t.chain INTO place, recorded, link;
    EXIT WHEN FOUND;
    INSERT INTO log_tails (log, position, chain, recorded_at)
    VALUES (p_log, 0, encode(sha256(convert_to('volatility-balancing log ' || p_log, 'UTF8')), 'base64'), '')
    ON CONFLICT DO NOTHING;
  END LOOP;
  INSERT INTO events (log, position, tenant_id, stream, version, event_id, type, schema_version, ts, recorded_at, portfolio_id,
    position_id, instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data, salt, leaf, chain)
  VALUES (p_log, place, p_tenant, p_stream, v, e_id, e_type, e_schema, e_ts, recorded, e_portfolio,
    e_position, e_instrument, e_symbol, e_correlation, e_causation, e_actor, e_key, e_data, e_salt, ${LEAF('recorded')}, link);

  result := (place - 1) || '|' || recorded || '|' || (v - 1) || '|' || link;
  INSERT INTO appenders AS a (log, appender, flush, outcome) VALUES (p_log, p_appender, p_flush, result)
  ON CONFLICT (log, appender) DO UPDATE SET flush = excluded.flush, outcome = excluded.outcome WHERE a.flush < excluded.flush;
  IF NOT FOUND THEN RAISE EXCEPTION 'a later flush came first' USING ERRCODE = 'VB002'; END IF;
  RETURN result;
END $$`;

export const POSTGRES_TABLES = [HEADS, TAILS, APPENDERS, ...ROOM] as const;
export const POSTGRES_CODE = [REFUSE, ...REFUSALS, EXPECT_ONE, APPEND, APPEND_ONE] as const;
export const POSTGRES_DROPS = [
  'DROP FUNCTION append_event',
  'DROP FUNCTION append_events',
  'DROP FUNCTION expect_one',
  'DROP TABLE appenders',
  'DROP TABLE log_tails',
  'DROP TABLE stream_heads',
] as const;
