/** How often and how well a run sold: realized profit per fill, from an average cost that is not rounded between fills. */
import { type Amount, SCALE } from '../kernel/amount';
import { ratio } from './performance';

/** What changed the holding, in the order of the run. */
export type HoldingChange =
  | { readonly type: 'fill'; readonly side: 'BUY' | 'SELL'; readonly qty: Amount; readonly price: Amount }
  /** `qty` is the signed holding after the split, its fraction paid out. */
  | { readonly type: 'split'; readonly ratio: { readonly new: bigint; readonly old: bigint }; readonly qty: Amount };

/** A position keeps its average cost at 8 places; over hundreds of fills that moves the profit factor by more than 1e-9. */
const COST_SCALE = 10n ** 24n;
const FINER = COST_SCALE / SCALE;

export interface Outcomes {
  /** Sells with realized PnL > 0 over all sells. */
  readonly win_rate: number | null;
  /** Realized gains over |realized losses|, fees apart. */
  readonly profit_factor: number | null;
}

/** Counts as the run goes on. `openingQty` shares were there before the first change, at a cost of `openingPrice` each. */
export class OutcomeTally {
  private sells = 0;
  private wins = 0;
  private gains = 0n;
  private losses = 0n;
  /** Average cost in units of 1e-24. */
  private cost: bigint;

  constructor(
    private qty: bigint,
    openingPrice: Amount,
  ) {
    this.cost = openingPrice * FINER;
  }

  see(change: HoldingChange): void {
    if (change.type === 'split') this.split(change.ratio, change.qty);
    else this.fill(change.side, change.qty, change.price);
  }

  split(ratio: { readonly new: bigint; readonly old: bigint }, qty: Amount): void {
    this.qty = qty;
    this.cost = (this.cost * ratio.old) / ratio.new;
  }

  fill(side: 'BUY' | 'SELL', qty: Amount, price: Amount): void {
    const realized = this.book(side === 'BUY' ? qty : -qty, price * FINER);
    if (realized > 0n) this.gains += realized;
    else this.losses -= realized;
    if (side === 'BUY') return;
    this.sells += 1;
    if (realized > 0n) this.wins += 1;
  }

  outcomes(): Outcomes {
    const profit_factor = ratio(Number(this.gains) / 1e32, Number(this.losses) / 1e32);
    return { win_rate: ratio(this.wins, this.sells), profit_factor };
  }

  /** Gives what it realizes, in units of 1e-32: `(P − avg)·n` of the part that shrinks the holding, for a short one with the opposite sign. */
  private book(change: bigint, price: bigint): bigint {
    const { qty, cost } = this;
    this.qty = qty + change;
    if (qty === 0n || qty > 0n === change > 0n) {
      this.cost = (qty * cost + change * price) / this.qty; // both of one sign
      return 0n;
    }
    const crosses = this.qty !== 0n && this.qty > 0n !== qty > 0n;
    if (crosses) this.cost = price;
    return (cost - price) * (crosses ? -qty : change);
  }
}

/** The same from all changes of a run. */
export function outcomesOf(openingQty: Amount, openingPrice: Amount, changes: readonly HoldingChange[]): Outcomes {
  const tally = new OutcomeTally(openingQty, openingPrice);
  for (const change of changes) tally.see(change);
  return tally.outcomes();
}
