/** A tape as text parts for a table: each column packed by itself, so that a run reads the columns that it needs. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { narrowed, narrowPart, unitOf, widenInPlace } from './narrow-integers';
import { type PriceColumn, withDoubles } from './price-column';
import type { Tape } from './tape';

/** What does not fit into columns of numbers. */
export interface TapeHead {
  readonly bars: number;
  readonly dated: boolean;
  readonly labels: readonly string[] | null;
  /** Prices beyond 2^53 units, as text, by column. */
  readonly wide: Readonly<Record<string, readonly string[]>>;
  /** How many parts each column has; missing where all of them were packed as one. */
  readonly parts?: readonly number[];
  /** Units of the columns that are packed as integers of four bytes; missing where none of them is. */
  readonly units?: Readonly<Partial<Record<string, number>>>;
}

export interface EncodedTape {
  readonly head: TapeHead;
  readonly parts: readonly string[];
  /** SHA-256 of everything in it: runs over equal tapes are equal. */
  readonly hash: string;
}

/** So many parts from one of them on; all that follow where no count is given. */
export type PartsFrom = (first: number, count: number | null) => AsyncIterable<string>;

/** In the order in which they are stored, with their bytes per bar. */
const WIDTHS = { open: 8, high: 8, low: 8, close: 8, at: 8, days: 4, sessions: 1, inDay: 1 } as const;
type ColumnName = keyof typeof WIDTHS;
type Columns = Readonly<Partial<Record<ColumnName, Uint8Array>>>;

const COLUMNS = Object.keys(WIDTHS) as ColumnName[];
const PRICES = ['open', 'high', 'low', 'close'] as const;
/** What only fills at the next bar's prices need. */
export const RANGES = ['open', 'high', 'low'] as const;
const ALWAYS = COLUMNS.filter((name) => !RANGES.some((range) => range === name));
const PART_CHARACTERS = 512 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Column after column, so that there is never a second copy of the tape. */
export function encodeTape(tape: Tape): EncodedTape {
  const wide = Object.fromEntries(
    PRICES.flatMap((name) => {
      const { wide: whole } = pricesOf(tape, name);
      return whole ? [[name, whole.map(String)] as const] : [];
    }),
  );
  const head = { bars: tape.bars, dated: tape.dated, labels: tape.labels, wide };
  const hash = createHash('sha256').update(JSON.stringify(head));
  const units: Partial<Record<ColumnName, number>> = {};
  const packed = COLUMNS.map((name) => {
    const column = isPrice(name) ? pricesOf(tape, name).units : tape[name];
    hash.update(bytesIn(column));
    const unit = column instanceof Float64Array ? unitOf(column) : null;
    if (unit === null || !(column instanceof Float64Array)) return textParts(bytesIn(column));
    units[name] = unit;
    return textParts(bytesIn(narrowed(column, unit)));
  });
  return { head: { ...head, parts: packed.map(({ length }) => length), units }, parts: packed.flat(), hash: hash.digest('hex') };
}

const bytesIn = ({ buffer, byteOffset, byteLength }: Float64Array | Int32Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const isPrice = (name: ColumnName): name is (typeof PRICES)[number] => PRICES.some((price) => price === name);

function pricesOf(tape: Tape, name: (typeof PRICES)[number]): PriceColumn {
  const column = tape[name];
  if (!column) throw new Error(`bars that were loaded without ${name} cannot be stored`);
  return column;
}

/** With closes only, or with open, high and low beside them. Memory is shared between threads, so that one copy serves all of them. */
export async function decodeTape(head: TapeHead, parts: PartsFrom, withRanges: boolean): Promise<Tape> {
  const columns = await unpack(head, parts, withRanges ? COLUMNS : ALWAYS);
  const { bars, dated, labels } = head;
  const [close, at, days] = [priceOf(head, columns, 'close'), columns.at, columns.days];
  const { sessions, inDay } = columns;
  if (!close || !at || !days || !sessions || !inDay) throw new Error('a stored tape lacks a column');
  return {
    bars,
    dated,
    ...rangesOf(head, columns),
    close: withDoubles(close),
    at: new Float64Array(at.buffer, at.byteOffset, bars),
    days: new Int32Array(days.buffer, days.byteOffset, bars),
    sessions,
    inDay,
    labels,
  };
}

/** The columns that a tape with closes only is without. */
export async function decodeRanges(head: TapeHead, parts: PartsFrom): Promise<Pick<Tape, (typeof RANGES)[number]>> {
  return rangesOf(head, await unpack(head, parts, RANGES));
}

const rangesOf = (head: TapeHead, columns: Columns): Pick<Tape, (typeof RANGES)[number]> => ({
  open: priceOf(head, columns, 'open'),
  high: priceOf(head, columns, 'high'),
  low: priceOf(head, columns, 'low'),
});

function priceOf({ bars, wide }: TapeHead, columns: Columns, name: (typeof PRICES)[number]): PriceColumn | null {
  const bytes = columns[name];
  if (!bytes) return null;
  return { units: new Float64Array(bytes.buffer, bytes.byteOffset, bars), wide: wide[name]?.map(BigInt) ?? null };
}

/** Filled while the parts come in, so that there is never a second copy. */
async function unpack(head: TapeHead, parts: PartsFrom, wanted: readonly ColumnName[]): Promise<Columns> {
  if (!head.parts) return unpackTogether(head, parts);
  const columns: Partial<Record<ColumnName, Uint8Array>> = {};
  let first = 0;
  for (const [index, name] of COLUMNS.entries()) {
    const count = head.parts[index] ?? 0;
    if (wanted.includes(name)) {
      columns[name] = await unpackColumn(new SharedArrayBuffer(head.bars * WIDTHS[name]), parts(first, count), head.units?.[name]);
    }
    first += count;
  }
  return columns;
}

async function unpackColumn(memory: SharedArrayBuffer, parts: AsyncIterable<string>, unit: number | undefined): Promise<Uint8Array> {
  await unpackInto(unit === undefined ? new Uint8Array(memory) : narrowPart(memory), parts);
  if (unit !== undefined) widenInPlace(memory, unit);
  return new Uint8Array(memory);
}

/** As tapes were stored at first: one column after another, packed as one. */
async function unpackTogether({ bars }: TapeHead, parts: PartsFrom): Promise<Columns> {
  const width = Object.values(WIDTHS).reduce((sum, bytes) => sum + bytes, 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(bars * width));
  await unpackInto(bytes, parts(0, null));
  let at = 0;
  return Object.fromEntries(COLUMNS.map((name) => [name, bytes.subarray(at, (at += bars * WIDTHS[name]))]));
}

/** Packed and cut into text that every database takes. */
export function textParts(bytes: Uint8Array): readonly string[] {
  const text = deflateRawSync(bytes, { level: 1 }).toString('base64');
  const parts = Array.from({ length: Math.max(1, Math.ceil(text.length / PART_CHARACTERS)) }, (_, index) =>
    text.slice(index * PART_CHARACTERS, (index + 1) * PART_CHARACTERS),
  );
  return parts;
}

async function unpackInto(bytes: Uint8Array, parts: AsyncIterable<string>): Promise<void> {
  let at = 0;
  await pipeline(packedBytes(parts), createInflateRaw({ chunkSize: CHUNK_BYTES }), async (unpacked: AsyncIterable<Buffer>) => {
    for await (const piece of unpacked) {
      bytes.set(piece, at);
      at += piece.length;
    }
  });
}

/** A part is a multiple of four characters long, the last excepted, so each is bytes by itself. */
async function* packedBytes(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const part of parts) yield Buffer.from(part, 'base64');
}

export const bytesOf = (parts: readonly string[]): Buffer => inflateRawSync(Buffer.from(parts.join(''), 'base64'));
