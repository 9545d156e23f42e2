/** How much to trade once a trigger fired. A strategy is one entry of the registry; the side comes from the trigger and never flips. */
import type { Amount } from '../kernel/amount';
import { add, atLeastZero, divide, type Exact, exact, integer, multiply, percent, subtract } from '../kernel/exact';
import type { Side } from './trigger';

export interface SizingInput {
  readonly side: Side;
  /** Positive. */
  readonly price: Amount;
  /** Positive. */
  readonly anchor: Amount;
  readonly qty: Amount;
  readonly cash: Amount;
  /** V, before the trade. */
  readonly value: Exact;
}

export interface SizingSettings {
  readonly order_sizing_strategy: SizingStrategyName;
  readonly rebalance_ratio: Amount;
  readonly target_stock_pct: Amount | null;
  readonly min_stock_pct: Amount;
  readonly max_stock_pct: Amount;
}

type SizingStrategy = (input: SizingInput, settings: Omit<SizingSettings, 'order_sizing_strategy'>) => Exact;

const TWO = integer(2n);

/** `|A - P| · r · V / P²`. */
const proportional: SizingStrategy = ({ price, anchor, value }, { rebalance_ratio }) => {
  const distance = anchor > price ? anchor - price : price - anchor;
  return { n: distance * rebalance_ratio * value.n, d: price * price * value.d }; // the scales of both sides cancel out
};

/** BUY `r·C/P`, SELL `r·q`. */
const fixedPercentage: SizingStrategy = ({ side, price, qty, cash }, { rebalance_ratio }) =>
  side === 'BUY' ? divide(multiply(exact(rebalance_ratio), exact(cash)), exact(price)) : multiply(exact(rebalance_ratio), exact(qty));

/** `(A/P) · r · V/P`. */
const original: SizingStrategy = ({ price, anchor, value }, { rebalance_ratio }) => ({
  n: anchor * rebalance_ratio * value.n,
  d: price * price * value.d,
});

/** What brings `qP/V` to the target, by default the middle of the band; negative where that needs the other side. */
const targetAllocation: SizingStrategy = ({ side, price, qty, value }, settings) => {
  const held = multiply(exact(qty), exact(price));
  const missing = subtract(multiply(targetFraction(settings), value), held);
  return divide(side === 'BUY' ? missing : { n: -missing.n, d: missing.d }, exact(price));
};

function targetFraction({ target_stock_pct, min_stock_pct, max_stock_pct }: Omit<SizingSettings, 'order_sizing_strategy'>): Exact {
  return target_stock_pct === null ? divide(add(percent(min_stock_pct), percent(max_stock_pct)), TWO) : percent(target_stock_pct);
}

const STRATEGIES = {
  proportional,
  fixed_percentage: fixedPercentage,
  original,
  target_allocation: targetAllocation,
} as const satisfies Readonly<Record<string, SizingStrategy>>;

export type SizingStrategyName = keyof typeof STRATEGIES;
export const SIZING_STRATEGY_NAMES = Object.keys(STRATEGIES) as readonly SizingStrategyName[];

/** The raw quantity, a magnitude, exact; zero where the strategy wants nothing on this side. */
export const rawQuantity = (input: SizingInput, settings: SizingSettings): Exact =>
  atLeastZero(STRATEGIES[settings.order_sizing_strategy](input, settings));
