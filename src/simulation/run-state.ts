/** What a run remembers besides its bars: the position between its changes, orders and dividends. */
import { type Amount, SCALE } from '../kernel/amount';
import type { DayCounts } from '../rules/guardrails';
import type { Side } from '../rules/trigger';
import type { BarReason } from './decision-reasons';
import type { Fill } from './run-book';

/** A stretch of bars over which nothing but the price changed. */
export interface Stretch {
  /** The first bar whose evaluation sees this state. */
  readonly from: number;
  /** The first bar at whose close the position stands so. */
  readonly closesFrom: number;
  readonly qty: Amount;
  readonly cash: Amount;
  readonly receivable: Amount;
  readonly anchor: Amount;
  readonly avgCost: Amount;
  readonly day: number;
  readonly counts: DayCounts;
}

export interface RunTrade extends Fill {
  readonly bar: number;
  /** Where the evaluation asked for it; the opening purchase was asked for by nobody. */
  readonly decidedAt: number;
  readonly reason: BarReason;
}

export interface RunDividend {
  readonly bar: number;
  readonly qty: Amount;
  readonly net: Amount;
  /** Null: not paid within the data. */
  readonly payBar: number | null;
}

/** An order that ended without a fill. */
export interface UnfilledOrder {
  readonly decidedAt: number;
  readonly bar: number;
  readonly side: Side;
  readonly qty: Amount;
  readonly reason: 'GUARDRAILS_AT_FILL' | 'SPLIT' | 'END_OF_DATA';
}

/** The stretch in force at a bar: as its evaluation saw it, or as its close found it. */
export function stretchAt(stretches: readonly Stretch[], bar: number, by: 'from' | 'closesFrom'): Stretch {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.[by] ?? 0) <= bar) low = middle + 1;
    else high = middle;
  }
  const stretch = stretches[low - 1];
  if (!stretch) throw new RangeError(`bar ${bar} lies before the run`);
  return stretch;
}

/** `qP + C + R`, exact, in units of 1e-16. */
export const equityUnits = ({ qty, cash, receivable }: Stretch, price: Amount): bigint => qty * price + (cash + receivable) * SCALE;

/** What a run leaves behind for whoever asks how it came about. */
export interface RunHistory {
  /** One code per bar, see `REASONS`: the whole timeline with its HOLDs. */
  readonly reasons: Uint8Array;
  readonly stretches: Stretch[];
  readonly trades: RunTrade[];
  readonly unfilled: UnfilledOrder[];
  readonly dividends: RunDividend[];
}

export const runHistory = (reasons: Uint8Array): RunHistory => ({ reasons, stretches: [], trades: [], unfilled: [], dividends: [] });
