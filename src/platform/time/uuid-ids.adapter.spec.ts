import { UuidIds } from './uuid-ids.adapter';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids', () => {
  it('are UUIDs of version 7, so that every tool takes them', () => {
    const ids = new UuidIds();
    for (let i = 0; i < 3000; i++) expect(ids.next()).toMatch(UUID_V7);
  });

  it('never repeat and sort in the order they were drawn, also when the clock stands still or goes back', () => {
    let now = 1_700_000_000_000;
    const ids = new UuidIds(() => now);
    const drawn: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      if (i % 5000 === 4999) now -= 3_600_000;
      drawn.push(ids.next());
    }
    expect(new Set(drawn).size).toBe(drawn.length);
    expect([...drawn].sort()).toEqual(drawn);
  });

  it('carry the time they were drawn', () => {
    const ids = new UuidIds(() => 0x0190_0000_abcd);
    expect(ids.next().startsWith('01900000-abcd-7')).toBe(true);
  });

  it('differ between two processes that draw in the same millisecond', () => {
    const [a, b] = [new UuidIds(() => 1), new UuidIds(() => 1)];
    expect(a.next()).not.toBe(b.next());
  });
});
