/** A tape as bytes, and as text parts for a table: columns one after another, packed. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { narrowColumn, type PriceColumn, withDoubles } from './price-column';
import type { Tape } from './tape';

/** What does not fit into columns of numbers. */
export interface TapeHead {
  readonly bars: number;
  readonly dated: boolean;
  readonly labels: readonly string[] | null;
  /** Prices beyond 2^53 units, as text, by column. */
  readonly wide: Readonly<Record<string, readonly string[]>>;
}

export interface EncodedTape {
  readonly head: TapeHead;
  readonly parts: readonly string[];
  /** SHA-256 of everything in it: runs over equal tapes are equal. */
  readonly hash: string;
}

const PRICES = ['open', 'high', 'low', 'close'] as const;
const BYTES_PER_BAR = 4 * 8 + 8 + 4 + 1 + 1;
const PART_CHARACTERS = 512 * 1024;

export function encodeTape(tape: Tape): EncodedTape {
  const columns = [...PRICES.map((name) => tape[name].units), tape.at, tape.days, tape.sessions, tape.inDay];
  const bytes = Buffer.concat(columns.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)));
  const wide = Object.fromEntries(PRICES.flatMap((name) => (tape[name].wide ? [[name, tape[name].wide.map(String)] as const] : [])));
  const head = { bars: tape.bars, dated: tape.dated, labels: tape.labels, wide };
  const hash = createHash('sha256').update(JSON.stringify(head)).update(bytes).digest('hex');
  return { head, parts: textParts(bytes), hash };
}

/**
 * Memory is shared between threads, so that one copy serves all of them. It is filled while the parts come in, so that there is never a
 * second one.
 */
export async function decodeTape({ bars, dated, labels, wide }: TapeHead, parts: AsyncIterable<string>): Promise<Tape> {
  const shared = new SharedArrayBuffer(bars * BYTES_PER_BAR);
  await unpackInto(new Uint8Array(shared), parts);
  let offset = 0;
  const take = (bytesPerBar: number): number => {
    const at = offset;
    offset += bars * bytesPerBar;
    return at;
  };
  const price = (name: (typeof PRICES)[number]): PriceColumn => {
    const units = new Float64Array(shared, take(8), bars);
    const whole = wide[name];
    return whole ? { units, wide: whole.map(BigInt) } : narrowColumn(units);
  };
  const [open, high, low, close] = [price('open'), price('high'), price('low'), price('close')];
  const at = new Float64Array(shared, take(8), bars);
  const days = new Int32Array(shared, take(4), bars);
  const sessions = new Uint8Array(shared, take(1), bars);
  const inDay = new Uint8Array(shared, take(1), bars);
  return { bars, dated, open, high, low, close: withDoubles(close), at, days, sessions, inDay, labels };
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
  await pipeline(packedBytes(parts), createInflateRaw({ chunkSize: 256 * 1024 }), async (unpacked: AsyncIterable<Buffer>) => {
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
