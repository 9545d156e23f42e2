import { HeadVersions } from './head-versions';

describe('cached stream versions', () => {
  it('stay few however many streams there are, and keep those in use', () => {
    const heads = new HeadVersions(10);
    heads.set('busy', 1);
    for (let index = 0; index < 1_000; index++) {
      heads.set(`stream-${index}`, index);
      expect(heads.get('busy')).toBe(1);
    }
    const kept = Array.from({ length: 1_000 }, (_, index) => heads.get(`stream-${index}`)).filter((version) => version !== undefined);
    expect(kept.length).toBeLessThanOrEqual(22);
    expect(heads.get('stream-999')).toBe(999);
  });

  it('forget what a rolled-back flush touched, in both generations', () => {
    const heads = new HeadVersions(1);
    for (const key of ['a', 'b', 'c']) heads.set(key, 1);
    heads.forget(['a', 'b', 'c']);
    expect(['a', 'b', 'c'].map((key) => heads.get(key))).toEqual([undefined, undefined, undefined]);
  });
});
