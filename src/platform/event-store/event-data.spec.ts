import { DomainError } from '../../kernel/errors';
import { dataOf, faultIn, requireKnown, type StoredEvent } from './event-data';

const deposit = (change: Partial<StoredEvent> = {}): StoredEvent => ({
  type: 'CashDeposited',
  schema_version: 1,
  log: 1,
  position: 17,
  stream: 'position-p1',
  data: '{"amount":"5","cash_account":"position:p1","currency":"USD","reason":"USER"}',
  ...change,
});

const refusal = (read: () => unknown): readonly [code: string, message: string] => {
  try {
    read();
  } catch (error) {
    if (error instanceof DomainError) return [error.code, error.message];
    throw error;
  }
  throw new Error('it was read');
};

describe('the data of an event', () => {
  it('is what was stored, where that is of today’s version', () =>
    expect(dataOf(deposit())).toEqual({ amount: '5', cash_account: 'position:p1', currency: 'USD', reason: 'USER' }));

  it('has today’s shape, where an older version is stored', () => {
    const tenant = { tenant_id: 't1', name: 'Acme', owner_user_id: 'u1', key_id: 'k1', key_hash: 'h1', roles: ['owner'] };
    expect(dataOf(deposit({ type: 'TenantCreated', data: JSON.stringify(tenant) }))).toEqual({ ...tenant, log: 1 });
  });

  it('is refused where a newer release wrote an event that nobody here knows', () => {
    const [code, message] = refusal(() => dataOf(deposit({ type: 'SharesPledged' })));
    expect(code).toBe('events.unknown_type');
    expect(message).toBe(
      'The event at position 17 of log 1 (stream position-p1) is SharesPledged version 1, and this release knows no such event: ' +
        'a newer release wrote it. Start that release, or restore a backup from before it',
    );
  });

  it.each([2, 99])('is refused in version %i, which is newer than this release', (schema_version) => {
    const [code, message] = refusal(() => dataOf(deposit({ schema_version })));
    expect(code).toBe('events.unknown_type');
    expect(message).toContain(`CashDeposited version ${schema_version}, and this release knows it up to version 1`);
  });

  it.each([
    ['{"amount":"5"', 'its data is no JSON ('],
    ['', 'its data is no JSON ('],
    ['null', 'its data is no JSON object'],
    ['[]', 'its data is no JSON object'],
    ['"5"', 'its data is no JSON object'],
    ['{"amount":"5","cash_account":"position:p1","currency":"USD"}', 'data.reason is missing'],
  ])('is refused where it is %s', (data, fault) => {
    const [code, message] = refusal(() => dataOf(deposit({ data })));
    expect(code).toBe('events.unreadable');
    expect(message).toContain('The event at position 17 of log 1 (stream position-p1), CashDeposited version 1, cannot be read');
    expect(message).toContain(fault);
  });

  it.each([0, -1])('is refused in version %d, which there never was', (schema_version) =>
    expect(refusal(() => dataOf(deposit({ schema_version })))[0]).toBe('events.unreadable'),
  );
});

describe('events that are passed on unread', () => {
  it('are known', () => expect(() => requireKnown(deposit({ data: 'not looked at' }))).not.toThrow());
  it.each([{ type: 'SharesPledged' }, { schema_version: 2 }])('are not passed over: %j', (change) =>
    expect(() => requireKnown(deposit(change))).toThrow('a newer release wrote it'),
  );
});

describe('the fault in an event', () => {
  it('is none where every field is as its version has it', () => {
    expect(faultIn(deposit())).toBeNull();
    const tenant = { tenant_id: 't1', name: 'Acme', owner_user_id: 'u1', key_id: 'k1', key_hash: 'h1', roles: ['owner'] };
    expect(faultIn(deposit({ type: 'TenantCreated', data: JSON.stringify(tenant) }))).toBeNull();
  });

  it.each<readonly [Partial<StoredEvent>, string]>([
    [{ data: '{"amount":5,"cash_account":"position:p1","currency":"USD","reason":"USER"}' }, 'data.amount must be amount; received 5'],
    [{ data: '{"amount":"5"}' }, 'data.cash_account is missing'],
    [{ data: '{' }, 'its data is no JSON'],
    [{ type: 'SharesPledged' }, 'SharesPledged version 1 is of a newer release'],
    [{ schema_version: 0 }, 'no upcaster'],
  ])('is named: %j', (change, fault) => expect(faultIn(deposit(change))).toContain(fault));
});
