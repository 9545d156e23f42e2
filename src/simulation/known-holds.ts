/** HOLDs that repeat themselves while a position does not change: within a range of prices, else at the same price. */
import { blockedZone } from '../rules/blocked-zone';
import type { RulesDecision, RulesInput } from '../rules/rules-decision';
import type { Signal } from './signal';

/** Decisions remembered by price. */
const MEMO_LIMIT = 4_096;

interface Blocked {
  readonly from: number;
  readonly to: number;
  readonly code: number;
  readonly day: number;
}

const NOWHERE: Blocked = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, code: 0, day: 0 };

export class KnownHolds {
  private blocked = NOWHERE;
  private readonly memo = new Map<number, number>();
  private memoDay = Number.NaN;
  private readonly units: Float64Array;
  private readonly wide: boolean;

  /** `days` of the bars, null where a decision does not depend on the day; `reasons` takes a code per bar, null where nobody asks. */
  constructor(
    { price }: Signal,
    private readonly days: Int32Array | null,
    private readonly reasons: Uint8Array | null,
  ) {
    this.units = price.units;
    this.wide = price.wide !== null;
  }

  forget(): void {
    this.blocked = NOWHERE;
    if (this.memo.size > 0) this.memo.clear();
  }

  /** Notes the bars from `first` on whose decision is known; gives the first one whose decision is not. */
  repeat(first: number, end: number): number {
    if (this.blocked === NOWHERE && this.memo.size === 0) return first;
    const { from, to, code, day } = this.blocked;
    const { units, days, reasons } = this;
    let bar = first;
    for (; bar < end; bar++) {
      const price = units[bar] as number;
      if (!(price >= from && price <= to) || (days && days[bar] !== day)) break;
      if (reasons) reasons[bar] = code;
    }
    return bar === first ? this.repeatAtPrice(bar) : bar;
  }

  remember(bar: number, code: number, decision: RulesDecision, input: RulesInput): void {
    if (this.wide) return;
    const zone = blockedZone(decision, input);
    if (zone) this.blocked = { from: Number(zone.from), to: Number(zone.to), code, day: this.dayOf(bar) };
    else if (this.memo.size < MEMO_LIMIT) this.memo.set(this.units[bar] as number, code);
  }

  private repeatAtPrice(bar: number): number {
    const day = this.dayOf(bar);
    if (day !== this.memoDay && this.memo.size > 0) this.memo.clear();
    this.memoDay = day;
    const code = this.memo.get(this.units[bar] as number);
    if (code === undefined) return bar;
    if (this.reasons) this.reasons[bar] = code;
    return bar + 1;
  }

  private dayOf(bar: number): number {
    return this.days?.[bar] ?? 0;
  }
}
