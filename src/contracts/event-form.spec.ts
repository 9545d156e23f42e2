import { eventTypes, schemaVersionOf } from './catalog';
import { faultOf, knownShapes, requiredFields, shapeOf } from './event-form';

describe('the form of an event', () => {
  const shape = {
    amount: 'amount',
    'note?': 'text | null',
    side: "'BUY' | 'SELL'",
    count: 'number',
    flag: 'flag',
    at: 'instant',
    day: 'day | null',
    list: [{ id: 'text' }],
    any: { '*': 'number | text' },
    quote: { 'one of': [{ bid: 'amount' }, 'null'] },
  };
  const good = {
    amount: '-1.5',
    side: 'BUY',
    count: 3,
    flag: false,
    at: '2026-11-20T14:35:00.000Z',
    day: null,
    list: [{ id: 'a' }],
    any: { x: 1, y: 'two' },
    quote: null,
  };

  it('is kept by what has it', () => {
    expect(faultOf(shape, good, true)).toBeNull();
    expect(faultOf(shape, { ...good, note: null, quote: { bid: '1' }, day: '2026-11-20', list: [] }, true)).toBeNull();
  });

  it.each<readonly [object, string]>([
    [{ amount: undefined }, 'data.amount must be amount; received nothing'],
    [{ amount: 5 }, 'data.amount must be amount; received 5'],
    [{ amount: '1e400' }, 'data.amount must be amount; received "1e400"'],
    [{ note: 1 }, 'data.note must be text | null; received 1'],
    [{ side: 'HOLD' }, `data.side must be 'BUY' | 'SELL'; received "HOLD"`],
    [{ count: '3' }, 'data.count must be number; received "3"'],
    [{ flag: null }, 'data.flag must be flag; received null'],
    [{ at: '2026-11-20' }, 'data.at must be instant; received "2026-11-20"'],
    [{ day: 'Friday' }, 'data.day must be day | null; received "Friday"'],
    [{ list: {} }, 'data.list must be a list; received {}'],
    [{ list: [{ id: 'a' }, {}] }, 'data.list[1].id is missing'],
    [{ any: { x: true } }, 'data.any.x must be number | text; received true'],
    [{ quote: { bid: 1 } }, 'data.quote.bid must be amount; received 1'],
    [{ quote: [] }, 'data.quote must be an object; received []'],
  ])('names the field that breaks it: %j', (change, fault) => expect(faultOf(shape, { ...good, ...change }, false)).toBe(fault));

  it('needs every field that may not be missing', () => {
    const { amount: _amount, ...rest } = good;
    expect(faultOf(shape, rest, false)).toBe('data.amount is missing');
  });

  it('lets pass what it does not know, unless it shall be exact', () => {
    expect(faultOf(shape, { ...good, more: 1 }, false)).toBeNull();
    expect(faultOf(shape, { ...good, more: 1 }, true)).toBe('data.more is in no shape of this event');
  });

  it('is nothing that is no object', () => expect(faultOf(shape, null, false)).toBe('data must be an object; received null'));
});

describe('the ledger of shapes', () => {
  it.each(eventTypes().map((type) => [type, schemaVersionOf(type)] as const))(
    'knows %s at its version %i and at each before',
    (type, version) => {
      const versions = knownShapes().filter((known) => known.type === type);
      expect(versions.map((known) => known.version)).toEqual(Array.from({ length: version }, (_, index) => index + 1));
      expect(shapeOf(type, version)).toBeDefined();
    },
  );

  it('says what must be there', () => expect(requiredFields('CashDeposited', 1)).toEqual(['amount', 'cash_account', 'currency', 'reason']));
});
