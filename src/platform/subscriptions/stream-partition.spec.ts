import { partitionOf } from './stream-partition';

describe('the partition of a stream', () => {
  it('is the same for ever: checkpoints hang on it', () => {
    const streams = ['order-1', 'order-2', 'position-018f', 'evaluations-ü💶', 'tick-2026-11-20T14:35:00.000Z'];
    expect(streams.map((stream) => partitionOf('demo', stream, 8))).toEqual([2, 2, 5, 4, 5]);
    expect(streams.map((stream) => partitionOf('other', stream, 1024))).toEqual([551, 44, 8, 519, 481]);
  });

  it('is another for another tenant, and nothing is outside', () => {
    const partitions = Array.from({ length: 100 }, (_, tenant) => partitionOf(`tenant-${tenant}`, 'settings-1', 5));
    expect(new Set(partitions)).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(partitionOf('demo', 'order-1', 1)).toBe(0);
  });

  it('fills all of them about evenly', () => {
    const filled = Array.from({ length: 8 }, () => 0);
    for (let id = 0; id < 8_000; id++) {
      const partition = partitionOf('demo', `order-${id}`, 8);
      filled[partition] = (filled[partition] ?? 0) + 1;
    }
    for (const count of filled) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  });
});
