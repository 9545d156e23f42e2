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

/** The holding, signed, with its average cost in units of 1e-24. */
interface Holding {
  readonly qty: bigint;
  readonly cost: bigint;
}

/**
 * `win_rate` (sells with realized PnL > 0 over all sells) and `profit_factor` (realized gains over |realized losses|), fees apart.
 * `openingQty` shares were there before the first change, at a cost of `openingPrice` each.
 */
export function outcomesOf(
  openingQty: Amount,
  openingPrice: Amount,
  changes: readonly HoldingChange[],
): { readonly win_rate: number | null; readonly profit_factor: number | null } {
  let holding: Holding = { qty: openingQty, cost: openingPrice * FINER };
  let sells = 0;
  let wins = 0;
  let gains = 0n;
  let losses = 0n;
  for (const change of changes) {
    if (change.type === 'split') {
      holding = { qty: change.qty, cost: (holding.cost * change.ratio.old) / change.ratio.new };
      continue;
    }
    const signed = change.side === 'BUY' ? change.qty : -change.qty;
    const realized = realizedBy(holding, signed, change.price * FINER);
    holding = afterFill(holding, signed, change.price * FINER);
    if (realized > 0n) gains += realized;
    else losses -= realized;
    if (change.side === 'BUY') continue;
    sells += 1;
    if (realized > 0n) wins += 1;
  }
  return { win_rate: ratio(wins, sells), profit_factor: ratio(Number(gains) / 1e32, Number(losses) / 1e32) };
}

const size = (qty: bigint): bigint => (qty < 0n ? -qty : qty);
const grows = ({ qty }: Holding, change: bigint): boolean => qty === 0n || qty > 0n === change > 0n;

/** `(P − avg)·n` of the part that shrinks the holding, for a short holding with the opposite sign; in units of 1e-32. */
function realizedBy(holding: Holding, change: bigint, price: bigint): bigint {
  if (grows(holding, change)) return 0n;
  const closed = size(change) < size(holding.qty) ? size(change) : size(holding.qty);
  return (holding.qty > 0n ? price - holding.cost : holding.cost - price) * closed;
}

function afterFill(holding: Holding, change: bigint, price: bigint): Holding {
  const qty = holding.qty + change;
  if (grows(holding, change)) return { qty, cost: (size(holding.qty) * holding.cost + size(change) * price) / size(qty) };
  const crossed = qty !== 0n && qty > 0n !== holding.qty > 0n;
  return { qty, cost: crossed ? price : holding.cost };
}
