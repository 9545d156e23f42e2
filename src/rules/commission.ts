/** What a fill moves and what it costs. */
import { type Amount, ofUnits, SCALE } from '../kernel/amount';
import { halfEvenQuotient, halfUpQuotient } from '../kernel/exact';

/** `qty × price`, half-even to 8 places. Throws InputError where the product has more than 12 integer digits. */
export const notional = (qty: Amount, price: Amount): Amount => ofUnits(halfEvenQuotient(qty * price, SCALE));

/** The rate (a fraction: `"0.0001"` is one basis point) times a notional, half-up to 8 places. */
export const commission = (rate: Amount, ofNotional: Amount): Amount => ofUnits(halfUpQuotient(rate * ofNotional, SCALE));
