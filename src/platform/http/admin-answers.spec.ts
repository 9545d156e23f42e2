import * as fc from 'fast-check';
import type { ParkedStream } from '../subscriptions/parked-streams';
import { parkedKeyOf, parkedStream } from './admin-answers';

const parked: Omit<ParkedStream, 'log' | 'tenantId' | 'subscription' | 'stream'> = {
  position: 7,
  version: 1,
  error: 'makes no sense',
  tries: 5,
  parkedAt: '2026-11-20T14:35:00.000Z',
  state: 'PARKED',
};

describe('the id of a parked stream', () => {
  it('leads back to the stream, whatever the stream is called', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,36}$/);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_024 }), name, name, fc.string({ minLength: 1 }), (log, tenantId, subscription, stream) => {
        const key = { log, tenantId, subscription, stream };
        expect(parkedKeyOf(parkedStream({ ...parked, ...key }).id)).toEqual(key);
      }),
    );
  });

  it.each(['', '1', '1:a:b', '1:a:b:', 'x:a:b:c', '1::b:c', ':a:b:c'])('is none where a part is missing: %j', (id) => {
    expect(parkedKeyOf(id)).toBeNull();
  });
});
