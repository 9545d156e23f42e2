import 'reflect-metadata';
import { InvalidInput } from './input.errors';
import { IsDecimal, IsInstant, IsTradingDay } from './decimal.validator';
import { PageDto } from './page.dto';
import { StrictValidationPipe } from './validation.pipe';

class OrderDto {
  @IsDecimal({ positive: true }) readonly qty!: string;
  @IsDecimal({ min: '-5', max: '5', optional: true }) readonly offset?: string;
  @IsInstant({ optional: true }) readonly ts?: string;
  @IsTradingDay({ optional: true }) readonly day?: string;
}

const pipe = new StrictValidationPipe();
const read = (value: unknown, metatype: new () => object = OrderDto, type: 'body' | 'query' = 'body') =>
  pipe.transform(value, { type, metatype }) as Promise<Record<string, unknown>>;
const refused = async (value: unknown, metatype?: new () => object, type?: 'body' | 'query') => {
  try {
    await read(value, metatype, type);
  } catch (error) {
    if (error instanceof InvalidInput) return error.errors;
    throw error;
  }
  return [];
};

describe('input', () => {
  it('keeps an amount as the text it came as', async () => {
    expect(await read({ qty: '0.10' })).toMatchObject({ qty: '0.10' });
  });

  it.each([1, 0.1, '1e5', 'NaN', 'Infinity', '', ' 1', '+1', '1.', '.5', '0x1', '1.123456789', '1234567890123', null, [], {}, true, '٣'])(
    'refuses %j as an amount, since it may not be what was meant',
    async (qty) => {
      expect(await refused({ qty })).toEqual([expect.objectContaining({ field: 'qty' })]);
    },
  );

  it('says what a bound is', async () => {
    expect(await refused({ qty: '0' })).toEqual([
      { field: 'qty', rule: 'a decimal string greater than 0 with at most 12 integer digits and 8 places', received: '"0"' },
    ]);
    expect(await refused({ qty: '1', offset: '5.00000001' })).toHaveLength(1);
    expect(await refused({ qty: '1', offset: '-5' })).toEqual([]);
  });

  it('names every mistake at once, unknown fields too', async () => {
    expect((await refused({ offset: 'x', amount: '5' })).map(({ field }) => field).sort()).toEqual(['amount', 'offset', 'qty']);
    expect(await refused({ qty: '1', amount: '5' })).toEqual([
      { field: 'amount', rule: 'left out: there is no such field', received: '"5"' },
    ]);
  });

  it.each([[[]], ['text'], [5], [null]])('wants an object as a body, not %j', async (body) => {
    expect((await refused(body)).length).toBeGreaterThan(0);
  });

  it('takes an instant with or without milliseconds and keeps one form of it', async () => {
    expect(await read({ qty: '1', ts: '2026-11-20T14:35:00Z' })).toMatchObject({ ts: '2026-11-20T14:35:00.000Z' });
    expect(await read({ qty: '1', ts: '2026-11-20T14:35:00.25Z' })).toMatchObject({ ts: '2026-11-20T14:35:00.250Z' });
  });

  it.each(['2026-02-30T00:00:00.000Z', '2026-11-20T14:35:00+01:00', '2026-11-20', '2026-11-20T24:00:01Z', 1_700_000_000_000, ''])(
    'refuses %j as an instant',
    async (ts) => {
      expect(await refused({ qty: '1', ts })).toEqual([expect.objectContaining({ field: 'ts' })]);
    },
  );

  it.each(['2026-02-30', '2026-13-01', '20261120', '2026-11-20T00:00:00Z', 20261120])('refuses %j as a day', async (day) => {
    expect(await refused({ qty: '1', day })).toEqual([expect.objectContaining({ field: 'day' })]);
  });

  it('pages by 50 unless told otherwise, and never by more than 200', async () => {
    expect(await read({}, PageDto, 'query')).toMatchObject({ limit: 50 });
    expect(await read({ limit: '200' }, PageDto, 'query')).toMatchObject({ limit: 200 });
    for (const limit of ['0', '201', '1.5', 'ten', '1e2', ['1', '2'], '']) {
      expect(await refused({ limit }, PageDto, 'query')).toEqual([expect.objectContaining({ field: 'limit' })]);
    }
  });
});
