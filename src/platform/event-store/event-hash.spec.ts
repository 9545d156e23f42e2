import fc from 'fast-check';
import { canonicalText, chainHash, genesis, leafHash } from './event-hash';
import type { NewEvent } from './event-store.port';

const event: NewEvent = {
  event_id: 'e1',
  type: 'PositionOpened',
  schema_version: 1,
  ts: '2026-11-20T14:35:00.000Z',
  portfolio_id: 'f1',
  position_id: null,
  instrument_id: null,
  symbol: 'KO',
  correlation_id: 'r1',
  causation_id: null,
  actor: 'user:u1',
  unique_key: null,
  data: '{"qty":"0"}',
};

const text = (changes: Partial<NewEvent> = {}, place: readonly [string, string, number, string] = ['t', 's', 1, 'now']): string =>
  canonicalText(...place, { ...event, ...changes });

describe('the hash chain', () => {
  it('keeps its form for ever: logs written by an older version still verify', () => {
    const salt = 'AAAAAAAAAAAAAAAAAAAAAA==';
    const leaf = leafHash(text({}, ['demo', 'position-1', 1, '2026-11-20T14:35:00.001Z']), salt);
    expect(leaf).toBe('LajNNmM25+OI6q0kwVecaoATibOyaEzVYhUhmK8JbLo=');
    expect(chainHash(genesis(1), 1, leaf)).toBe('X3VA/jlm7JbD6iVhhJqRUUKJUXqvgfNy/AKMKKhzKE0=');
  });

  it.each(Object.keys(event) as (keyof NewEvent)[])('changes with %s', (field) => {
    expect(text({ [field]: 'changed' })).not.toBe(text());
  });

  it('changes with tenant, stream, version and recorded_at', () => {
    const places = [['u', 's', 1, 'now'], ['t', 'r', 1, 'now'], ['t', 's', 2, 'now'], ['t', 's', 1, 'then']] as const; // prettier-ignore
    for (const place of places) expect(text({}, place)).not.toBe(text());
  });

  it.each(['portfolio_id', 'position_id', 'instrument_id', 'symbol', 'causation_id', 'unique_key'] as const)(
    'tells an absent %s from an empty one',
    (field) => expect(text({ [field]: '' })).not.toBe(text({ [field]: null })),
  );

  it('never reads two different events the same way, however their fields are cut', () => {
    const field = fc.constantFrom('', 'a', 'aa', '1', 'null');
    const nullable = fc.option(field);
    const fields = fc.record({
      actor: field,
      portfolio_id: nullable,
      position_id: nullable,
      symbol: nullable,
      unique_key: nullable,
      data: field,
    });
    const pair = fc.property(fields, fields, (a, b) => (text(a) === text(b)) === (JSON.stringify(a) === JSON.stringify(b)));
    fc.assert(pair, { numRuns: 2_000 });
  });
});
