import fc from 'fast-check';
import { messageKeyOf, queueMessage } from './admin.dto';

const message = (tenantId: string, queue: string, id: string) => ({
  log: 1,
  tenantId,
  queue,
  id,
  payload: '{}',
  status: 'DEAD' as const,
  attempts: 5,
  availableAt: '2026-11-20T14:35:00.000Z',
  leaseUntil: null,
  lastError: 'broker away',
  createdAt: '2026-11-20T14:30:00.000Z',
});

describe('the id of a queued message', () => {
  it('leads back to the message, whatever the message is called', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,36}$/);
    fc.assert(
      fc.property(name, name, fc.string({ minLength: 1 }), (tenantId, queue, id) => {
        expect(messageKeyOf(queueMessage(message(tenantId, queue, id)).id)).toEqual([tenantId, queue, id]);
      }),
    );
  });

  it.each(['', 'a', 'a:b', 'a:b:', '::', ':b:c'])('is none where a part is missing: %j', (id) => {
    expect(messageKeyOf(id)).toBeNull();
  });
});
