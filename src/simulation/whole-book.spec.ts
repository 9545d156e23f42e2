import { wholeBookLaw } from './whole-book.spec-support';

describe('a position in whole units', () => {
  it('comes to what the exact book comes to, fill by fill, for as long as it is usable', () => wholeBookLaw(2_000));
});
