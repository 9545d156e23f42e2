import { knownVersionOf } from './catalog';
import { knownShapes } from './event-form';
import { type EventData, upcast } from './upcasters';

describe('upcasters', () => {
  const STEPS = new Map([
    [
      'Grown',
      {
        1: (data: EventData) => ({ ...data, currency: 'USD' }),
        2: ({ sum, ...data }: EventData) => ({ ...data, amount: sum }),
      },
    ],
  ]);

  it('go one version after the other, whatever version is stored', () => {
    expect(upcast('Grown', 1, 3, { sum: '5' }, STEPS)).toEqual({ amount: '5', currency: 'USD' });
    expect(upcast('Grown', 2, 3, { sum: '5', currency: 'EUR' }, STEPS)).toEqual({ amount: '5', currency: 'EUR' });
    expect(upcast('Grown', 3, 3, { amount: '5' }, STEPS)).toEqual({ amount: '5' });
  });

  it('leave what was stored as it is', () => {
    const stored = Object.freeze({ sum: '5' });
    upcast('Grown', 1, 3, stored, STEPS);
    expect(stored).toEqual({ sum: '5' });
  });

  it('say which step is missing', () =>
    expect(() => upcast('Grown', 3, 4, {}, STEPS)).toThrow('there is no upcaster of Grown from version 3 to 4'));

  const former = knownShapes().filter(({ type, version }) => version < (knownVersionOf(type) ?? 0));
  it.each(former.map(({ type, version }) => [type, version] as const))('bring %s from version %i to the next', (type, version) => {
    expect(() => upcast(type, version, version + 1, {})).not.toThrow(/no upcaster/);
  });

  it('give tenants of the time before logs the first one', () =>
    expect(upcast('TenantCreated', 1, 2, { tenant_id: 't1' })).toEqual({ tenant_id: 't1', log: 1 }));
});
