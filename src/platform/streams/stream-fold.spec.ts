import type { Decider } from '../../kernel/decider';
import { foldEvents } from './stream-fold';

type Reasons = { readonly type: 'PositionPaused'; readonly data: { readonly reason: string } };

/** Sums up lengths, and fails at an empty reason. */
const decider: Decider<number, Reasons, Reasons> = {
  category: 'position',
  initialState: 0,
  decide: () => [],
  evolve(sum, { data }) {
    if (data.reason === '') throw new RangeError('an empty reason');
    return sum + data.reason.length;
  },
  subject: () => ({}),
};

const paused = (position: number, reason: string, type = 'PositionPaused') => ({
  type,
  schema_version: 1,
  log: 1,
  position,
  stream: 'position-p1',
  ts: `2026-11-20T14:35:0${position}.000Z`,
  data: JSON.stringify({ reason }),
});

describe('a stream', () => {
  it('is folded to its state, with its version and times', () =>
    expect(foldEvents({ decider }, [paused(1, 'lunch'), paused(2, 'tea')])).toEqual({
      state: 8,
      version: 2,
      createdAt: '2026-11-20T14:35:01.000Z',
      updatedAt: '2026-11-20T14:35:02.000Z',
    }));

  it('is nothing without events', () => expect(foldEvents({ decider }, [])).toBeNull());

  it('is not folded past an event that makes no sense', () =>
    expect(() => foldEvents({ decider }, [paused(1, 'lunch'), paused(2, '')])).toThrow(
      /^The event at position 2 of log 1 \(stream position-p1\), PositionPaused version 1, cannot be read: an empty reason\./,
    ));

  it('is not folded past an event of a newer release', () =>
    expect(() => foldEvents({ decider }, [paused(1, 'lunch'), paused(2, 'tea', 'PositionPawned')])).toThrow(
      'is PositionPawned version 1, and this release knows no such event',
    ));
});
