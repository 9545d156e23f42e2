/** The largest quantity that a set of limits allows: each has a closed form, and a check with the commission as it will be rounded. */
import { type Amount, type AmountText, ofUnits, ZERO } from '../kernel/amount';
import { compare, cutToStep, type Exact, exact, formatExact } from '../kernel/exact';

export interface Limit<Name extends string = string> {
  readonly name: Name;
  /** The closed form, exact and never negative. */
  readonly cap: Exact;
  /** Whether a quantity up to the cap still holds once notional and commission are rounded. */
  readonly holds: (qty: Amount) => boolean;
  /**
   * A quantity below a refused one such that everything above it is refused too.
   * Left out where a smaller quantity never turns from allowed to refused: then it is found by bisection.
   */
  readonly below?: (refused: Amount) => Amount;
}

export interface LimitedQuantity<Name extends string> {
  readonly qty: Amount;
  /** The limit that made the quantity smaller than wanted, `null` where none did. */
  readonly binding: Name | null;
}

/**
 * The least of `wanted` and all caps, cut once toward zero to `step`, then one step less until every check holds.
 * Steps that cannot pass are skipped, with the same result.
 */
export function limitQuantity<Name extends string>(wanted: Exact, limits: readonly Limit<Name>[], step: Amount): LimitedQuantity<Name> {
  let bound = wanted;
  let binding: Name | null = null;
  for (const limit of limits) {
    if (compare(limit.cap, bound) < 0n) {
      bound = limit.cap;
      binding = limit.name;
    }
  }
  let qty = cutToStep(bound, step);
  for (let refusing = refusingAt(qty, limits); refusing !== undefined; refusing = refusingAt(qty, limits)) {
    binding = refusing.name;
    qty = refusing.below?.(qty) ?? bisect(refusing.holds, qty, step);
  }
  return { qty, binding };
}

/** The limit that a given quantity would break, `null` where all allow it. Nothing is cut. */
export function brokenLimit<Name extends string>(qty: Exact, limits: readonly Limit<Name>[]): Name | null {
  return limits.find((limit) => compare(qty, limit.cap) > 0n)?.name ?? null;
}

/** As `brokenLimit`, for a quantity that could be ordered: the rounded commission is checked too. */
export function refusedBy<Name extends string>(qty: Amount, limits: readonly Limit<Name>[]): Name | null {
  return brokenLimit(exact(qty), limits) ?? refusingAt(qty, limits)?.name ?? null;
}

/** The caps by name as text, for the audit. */
export function describeCaps<Name extends string>(limits: readonly Limit<Name>[]): Readonly<Partial<Record<Name, AmountText>>> {
  const caps: Partial<Record<Name, AmountText>> = {};
  for (const { name, cap } of limits) caps[name] = formatExact(cap);
  return caps;
}

function refusingAt<Name extends string>(qty: Amount, limits: readonly Limit<Name>[]): Limit<Name> | undefined {
  return qty === ZERO ? undefined : limits.find(({ holds }) => !holds(qty));
}

/** The greatest multiple of `step` below `refused` that holds; zero always does. */
function bisect(holds: Limit['holds'], refused: Amount, step: Amount): Amount {
  let allowed = 0n;
  let tooMany: bigint = refused / step;
  while (tooMany - allowed > 1n) {
    const middle = (allowed + tooMany) / 2n;
    if (holds(ofUnits(middle * step))) allowed = middle;
    else tooMany = middle;
  }
  return ofUnits(allowed * step);
}
