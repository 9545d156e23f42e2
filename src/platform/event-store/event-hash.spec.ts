import fc from 'fast-check';
import { canonicalText, chainHash, contentHash, genesis, leafHash } from './event-hash';
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

const text = (changes: Partial<NewEvent> = {}, place: readonly [string, string] = ['t', 's']): string =>
  canonicalText(...place, { ...event, ...changes });

describe('the hash chain', () => {
  it('keeps its form for ever: logs written by an older version still verify', () => {
    const salt = 'AAAAAAAAAAAAAAAAAAAAAA==';
    const content = contentHash(text({}, ['demo', 'position-1']), salt);
    const leaf = leafHash(content, 1, '2026-11-20T14:35:00.001Z');
    expect(leaf).toBe('OCaFPuU7FDI38dFQli3BT6dAxxlD/0TzzJtMYAoolOc=');
    expect(chainHash(genesis(1), 1, leaf)).toBe('EOZpCqN+zs+MOxQeMTHMTesZquAiJGCzvX/0zRrJnT4=');
  });

  it.each(Object.keys(event) as (keyof NewEvent)[])('changes with %s', (field) => {
    expect(text({ [field]: 'changed' })).not.toBe(text());
  });

  it('changes with tenant, stream, version and recorded_at', () => {
    for (const place of [['u', 's'], ['t', 'r']] as const) expect(text({}, place)).not.toBe(text()); // prettier-ignore
    expect(leafHash('c', 2, 'now')).not.toBe(leafHash('c', 1, 'now'));
    expect(leafHash('c', 1, 'then')).not.toBe(leafHash('c', 1, 'now'));
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
