/** Average cost and realized profit of a holding after a fill. Fees are kept apart. */
import { type Amount, min, negate, ofUnits, plus, SCALE, ZERO } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import { halfEvenQuotient } from '../kernel/exact';
import type { Side } from './trigger';

export interface CostBasis {
  /** Signed shares: negative is a short holding. */
  readonly qty: Amount;
  /** Average price paid (or received, for a short holding) per share; zero where nothing is held. */
  readonly avg_cost: Amount;
  readonly realized_pnl: Amount;
}

/**
 * The side that grows the holding moves the average: `(q·avg + n·P) / (q + n)`. The side that shrinks it realizes
 * `(P - avg)·n`, with the opposite sign for a short holding. A fill that crosses zero closes the old side and opens
 * the rest at its price. Both results are rounded half-even to 8 places, once. Throws InputError where `n` or `price` is not positive.
 */
export function applyFill(basis: CostBasis, side: Side, n: Amount, price: Amount): CostBasis {
  if (n <= 0n) throw new InputError('fill.qty', 'qty', 'above zero', String(n));
  if (price <= 0n) throw new InputError('fill.price', 'price', 'above zero', String(price));
  const change = side === 'BUY' ? n : negate(n);
  const qty = plus(basis.qty, change);
  if (basis.qty === 0n) return { ...basis, qty, avg_cost: price };
  const held = basis.qty < 0n ? negate(basis.qty) : basis.qty;
  const grows = basis.qty > 0n === change > 0n;
  if (grows) {
    const avg = ofUnits(halfEvenQuotient(held * basis.avg_cost + n * price, held + n));
    return { qty, avg_cost: avg, realized_pnl: basis.realized_pnl };
  }
  const gainPerShare = basis.qty > 0n ? price - basis.avg_cost : basis.avg_cost - price;
  const realized = ofUnits(halfEvenQuotient(basis.realized_pnl * SCALE + gainPerShare * min(n, held), SCALE));
  return { qty, avg_cost: n < held ? basis.avg_cost : n === held ? ZERO : price, realized_pnl: realized };
}
