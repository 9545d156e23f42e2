import { createHash } from 'node:crypto';
import { PublishedCalendar } from '../market-data/published-calendar';
import { priceAt } from './price-column';
import type { Tape } from './tape';
import { decodeRanges, decodeTape, encodeTape, type EncodedTape, type PartsFrom, textParts } from './tape-codec';
import { readTape } from './tape-reader';

const read = (lines: readonly string[], header = 'date,open,high,low,close,volume'): Tape =>
  readTape([header, ...lines, ''].join('\n'), 'f.csv', new PublishedCalendar(), 'XNYS');

const TAPES: readonly (readonly [string, Tape])[] = [
  ['days', read(['2024-01-02,1,2,0.5,1.5,3', '2024-01-03,1.5,3,1,2,3', '2024-01-04,2,2,2,2,3'])],
  [
    'minutes in a form of their own',
    read(['2024-01-02T14:31Z,1,2,0.5,1.5,', '2024-01-02T21:30Z,2,3,1,2,'], 'ts,open,high,low,close,volume'),
  ],
  ['prices beyond what a double counts', read(['2024-01-02,90071992.54740993,900000000000.00000001,1,123456789012.12345678,'])],
];

const PRICES = ['open', 'high', 'low', 'close'] as const;

const bytesOf = (tape: Tape): Buffer =>
  Buffer.concat(
    [tape.open!.units, tape.high!.units, tape.low!.units, tape.close.units, tape.at, tape.days, tape.sessions, tape.inDay].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  );

/** The parts as a table gives them, and which of them were asked for. */
function stored({ parts }: Pick<EncodedTape, 'parts'>): { readonly parts: PartsFrom; readonly asked: Set<number> } {
  const asked = new Set<number>();
  const from: PartsFrom = async function* (first, count) {
    for (let part = first; part < (count === null ? parts.length : first + count); part++) {
      asked.add(part);
      yield parts[part] ?? '';
    }
  };
  return { parts: from, asked };
}

/** What a run can see of a tape. */
const seen = (tape: Tape) => ({
  ...tape,
  ...Object.fromEntries(
    PRICES.map((name) => {
      const column = tape[name];
      return [name, column && Array.from({ length: tape.bars }, (_, bar) => priceAt(column, bar))];
    }),
  ),
});

describe.each(TAPES)('a stored tape of %s', (_what, tape) => {
  const encoded = encodeTape(tape);

  it('comes back as it was', async () => {
    expect(seen(await decodeTape(encoded.head, stored(encoded).parts, true))).toEqual(seen(tape));
  });

  it('gives its closes without its other prices, and these when they are asked for', async () => {
    const { parts, asked } = stored(encoded);
    const closes = await decodeTape(encoded.head, parts, false);
    expect(seen(closes)).toEqual(seen({ ...tape, open: null, high: null, low: null }));
    expect(asked.has(0)).toBe(false);
    expect(seen({ ...closes, ...(await decodeRanges(encoded.head, parts)) })).toEqual(seen(tape));
  });

  it('is read alike where it was stored before columns were packed apart', async () => {
    const { parts: _parts, units: _units, ...head } = encoded.head;
    const { parts } = stored({ parts: textParts(bytesOf(tape)) });
    expect(seen(await decodeTape(head, parts, false))).toEqual(seen(tape));
    expect(await decodeRanges(head, parts)).toEqual({ open: tape.open, high: tape.high, low: tape.low });
  });

  it('is read alike where its columns were packed as they are', async () => {
    const columns = [tape.open!.units, tape.high!.units, tape.low!.units, tape.close.units, tape.at, tape.days, tape.sessions, tape.inDay];
    const packed = columns.map(({ buffer, byteOffset, byteLength }) => textParts(new Uint8Array(buffer, byteOffset, byteLength)));
    const { units: _units, ...head } = encoded.head;
    const { parts } = stored({ parts: packed.flat() });
    expect(seen(await decodeTape({ ...head, parts: packed.map(({ length }) => length) }, parts, true))).toEqual(seen(tape));
  });

  it('has the hash it has always had, by which runs are found again', () => {
    const { parts: _parts, units: _units, ...head } = encoded.head;
    expect(encoded.hash).toBe(createHash('sha256').update(JSON.stringify(head)).update(bytesOf(tape)).digest('hex'));
  });
});

it('packs prices and instants as small integers where they are multiples of something, and large ones as they are', () => {
  const [days, , wide] = TAPES.map(([, tape]) => encodeTape(tape).head.units);
  expect(days).toEqual({ open: 50_000_000, high: 100_000_000, low: 50_000_000, close: 50_000_000, at: 10_800_000 });
  expect(Object.keys(wide ?? {})).toEqual(['low', 'at']);
});

it('refuses to store bars of which only the closes are there', () => {
  expect(() => encodeTape({ ...TAPES[0]![1], high: null })).toThrow('without high');
});
