/** How often and how well a run sold: realized profit per fill, from an average cost that is not rounded between fills. */
import type { Amount } from '../kernel/amount';
import { ratio } from './performance';
import type { Side } from './trigger';

/** What changed the holding, in the order of the run. */
export type HoldingChange =
  | { readonly type: 'fill'; readonly side: Side; readonly qty: Amount; readonly price: Amount }
  /** `qty` is the signed holding after the split, its fraction paid out. */
  | { readonly type: 'split'; readonly ratio: { readonly new: bigint; readonly old: bigint }; readonly qty: Amount };

/** Less than this of a price is the noise of doubles, neither profit nor loss. */
const NOISE = 1e-12;

export interface Outcomes {
  /** Sells with realized PnL > 0 over all sells. */
  readonly win_rate: number | null;
  /** Realized gains over |realized losses|, fees apart. */
  readonly profit_factor: number | null;
}

/**
 * Counts as the run goes on, in units of 1e-8 as doubles: these are statistics. A position keeps its average cost at 8 places, which over
 * hundreds of fills would move the profit factor by more than 1e-9. `openingQty` shares were there before the first change, at a cost of
 * `openingPrice` each.
 */
export class OutcomeTally {
  private sells = 0;
  private wins = 0;
  private gains = 0;
  private losses = 0;

  constructor(
    private qty: number,
    private cost: number,
  ) {}

  split(ratio: { readonly new: bigint; readonly old: bigint }, qty: number): void {
    this.qty = qty;
    this.cost *= Number(ratio.old) / Number(ratio.new);
  }

  fill(side: Side, qty: number, price: number): void {
    const realized = this.book(side === 'BUY' ? qty : -qty, price);
    if (realized > 0) this.gains += realized;
    else this.losses -= realized;
    if (side === 'BUY') return;
    this.sells += 1;
    if (realized > 0) this.wins += 1;
  }

  outcomes(): Outcomes {
    const profit_factor = ratio(this.gains / 1e16, this.losses / 1e16);
    return { win_rate: ratio(this.wins, this.sells), profit_factor };
  }

  /** Gives what it realizes: `(P − avg)·n` of the part that shrinks the holding, for a short one with the opposite sign. */
  private book(change: number, price: number): number {
    const { qty, cost } = this;
    this.qty = qty + change;
    if (qty === 0 || qty > 0 === change > 0) {
      this.cost = cost + ((price - cost) * change) / this.qty;
      return 0;
    }
    const crosses = this.qty !== 0 && this.qty > 0 !== qty > 0;
    if (crosses) this.cost = price;
    return Math.abs(cost - price) <= price * NOISE ? 0 : (cost - price) * (crosses ? -qty : change);
  }
}

/** The same from all changes of a run. */
export function outcomesOf(openingQty: Amount, openingPrice: Amount, changes: readonly HoldingChange[]): Outcomes {
  const tally = new OutcomeTally(Number(openingQty), Number(openingPrice));
  for (const change of changes) {
    if (change.type === 'split') tally.split(change.ratio, Number(change.qty));
    else tally.fill(change.side, Number(change.qty), Number(change.price));
  }
  return tally.outcomes();
}
