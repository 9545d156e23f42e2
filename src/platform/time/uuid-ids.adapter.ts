/** UUID version 7 (RFC 9562): 48 bits of time, a 12-bit counter that starts anew each millisecond, 62 random bits from a pool. */
import { randomFillSync } from 'node:crypto';
import { Ids } from '../../kernel/ids';

const POOL_BYTES = 8192;
const COUNTER_LIMIT = 0x1000;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const COUNTER_HEX = Array.from({ length: COUNTER_LIMIT }, (_, count) => `7${count.toString(16).padStart(3, '0')}`);

const hex = (byte: number | undefined): string => HEX[byte ?? 0] ?? '';

export class UuidIds extends Ids {
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private offset = POOL_BYTES;
  private lastMs = 0;
  private counter = 0;
  private prefix = '';

  constructor(private readonly nowMs: () => number = () => Date.now()) {
    super();
  }

  /** Each id sorts after the one before, also where the clock stands still or goes back. */
  next(): string {
    const now = this.nowMs();
    if (now > this.lastMs) this.startMillisecond(now);
    else if (++this.counter === COUNTER_LIMIT) this.startMillisecond(this.lastMs + 1);
    if (this.offset === POOL_BYTES) {
      randomFillSync(this.pool);
      this.offset = 0;
    }
    const { pool, offset } = this;
    this.offset += 8;
    const variant = hex(((pool[offset] ?? 0) & 0x3f) | 0x80);
    return (
      `${this.prefix}${COUNTER_HEX[this.counter] ?? ''}-${variant}${hex(pool[offset + 1])}-${hex(pool[offset + 2])}${hex(pool[offset + 3])}` +
      `${hex(pool[offset + 4])}${hex(pool[offset + 5])}${hex(pool[offset + 6])}${hex(pool[offset + 7])}`
    );
  }

  private startMillisecond(ms: number): void {
    this.lastMs = ms;
    this.counter = 0;
    const time = ms.toString(16).padStart(12, '0');
    this.prefix = `${time.slice(0, 8)}-${time.slice(8)}-`;
  }
}
