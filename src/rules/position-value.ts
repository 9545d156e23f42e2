/** What a position is worth: the V of the rules and the equity of reports. */
import { type Amount, SCALE } from '../kernel/amount';
import type { Exact } from '../kernel/exact';

export interface Holding {
  /** Signed shares. */
  readonly qty: Amount;
  readonly cash: Amount;
  /** Dividends accrued and not yet paid: part of the value, not spendable. */
  readonly receivable: Amount;
}

const SQUARED = SCALE * SCALE;

/** `V = qP + C + R`, exact. For equity as stored or printed take `roundHalfEven` of it. */
export function positionValue({ qty, cash, receivable }: Holding, price: Amount): Exact {
  return { n: qty * price + (cash + receivable) * SCALE, d: SQUARED };
}
