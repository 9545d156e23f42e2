import { certainLaw } from '../rules/certain-quantity.spec-support';
import { wholeBookLaw } from './whole-book.spec-support';

describe('money in doubles, the long way', () => {
  it('orders what exact fractions would', () => certainLaw(1_000_000));
  it('books what exact amounts would', () => wholeBookLaw(200_000));
});
