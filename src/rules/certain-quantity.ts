/** The quantity of a usual trade, in doubles: given only where no rounding is close enough for exact fractions to say otherwise. */
import type { Amount } from '../kernel/amount';
import { isWhole, LARGEST_WHOLE } from '../kernel/whole-units';
import type { CapName, GuardrailSettings } from './guardrails';
import type { OrderPolicySettings } from './order-policy';
import type { SizingSettings } from './sizing';
import type { Side } from './trigger';

/** Several times what the ten roundings of a quantity can come to, each at most 2^-53 of it. */
const DOUBT = 4e-15;
/** A thousand times the error of the few roundings of a limit. */
const MARGIN = 1e-12;
/** Units of 1e-8: more than notional and commission lose when they are rounded. */
const ROUNDED = 4;

/** Settings as doubles. Amounts in units of 1e-8, shares of the whole as fractions, no limit as infinity. */
export interface CertainRules {
  readonly ratio: number;
  readonly step: number;
  readonly rate: number;
  readonly least: number;
  readonly most: number;
  readonly mostOfTrade: number;
  readonly ordersPerDay: number;
  readonly notionalPerDay: number;
  readonly minQty: number;
  readonly minNotional: number;
  readonly short: boolean;
}

/** What is held, in units of 1e-8. */
export interface CertainHolding {
  /** Free of reservations. */
  readonly qty: number;
  /** Free of reservations, without receivables. */
  readonly cash: number;
  readonly anchor: number;
  readonly dayOrders: number;
  readonly dayNotional: number;
}

type Settings = SizingSettings & GuardrailSettings & OrderPolicySettings;

const fraction = (pct: Amount): number => Number(pct) / 1e10;

/** Null for sizings other than the proportional one. `rate` is the commission's. */
export function certainRules(settings: Settings, step: Amount, rate: Amount): CertainRules | null {
  if (settings.order_sizing_strategy !== 'proportional') return null;
  return {
    ratio: Number(settings.rebalance_ratio),
    step: Number(step),
    rate: Number(rate) / 1e8,
    least: fraction(settings.min_stock_pct),
    most: fraction(settings.max_stock_pct),
    mostOfTrade: fraction(settings.max_trade_pct_of_position),
    ordersPerDay: settings.max_orders_per_day ?? Number.POSITIVE_INFINITY,
    notionalPerDay: settings.max_daily_notional === null ? Number.POSITIVE_INFINITY : Number(settings.max_daily_notional),
    minQty: Number(settings.min_qty),
    minNotional: Number(settings.min_notional),
    short: settings.short_selling,
  };
}

/** What is certain; overwritten by the next answer, since a simulation asks a thousand times per run. */
export interface CertainAnswer {
  /** In units; zero where the binding limit leaves less than a step. */
  qty: number;
  binding: CapName | null;
}

/**
 * `|A - P| · r · V / P²` or what the tightest limit leaves of it, cut to the step and at or above the minimum. True where `answer` is what
 * `limitQuantity` says; false says nothing, the exact way has to decide. `price` and `wealth` (V) in units; the price has reached the
 * side's bound.
 */
export function answerSurely(
  answer: CertainAnswer,
  side: Side,
  price: number,
  wealth: number,
  holding: CertainHolding,
  rules: CertainRules,
): boolean {
  const { qty, anchor } = holding;
  const stock = (qty * price) / 1e8;
  // Without much debt or any short holding nothing cancels out, so the error of V is of the size of V.
  if (!(qty >= 0 && wealth >= stock / 2 && isWhole(qty) && isWhole(price) && isWhole(anchor) && isWhole(rules.step))) return false;
  const raw = (Math.abs(anchor - price) * rules.ratio * wealth) / (price * price);
  const doubt = MARGIN * (raw + qty) + ((MARGIN * wealth + ROUNDED) / price) * 1e8;
  answer.binding = null;
  answer.qty = raw;
  if (!narrow(answer, doubt, side, price, wealth, holding, rules)) return false;
  return (answer.binding === 'shares' ? cutShares(answer, rules.step) : cut(answer, doubt, rules.step)) && isEnough(answer, price, rules);
}

/** Down to the tightest limit; false where it is not clear which that is. */
function narrow(
  answer: CertainAnswer,
  doubt: number,
  side: Side,
  price: number,
  wealth: number,
  { qty, cash, dayOrders, dayNotional }: CertainHolding,
  { rate, most, least, short, mostOfTrade, notionalPerDay, ordersPerDay }: CertainRules,
): boolean {
  const perShare = price / 1e8;
  const stock = qty * perShare;
  const band = short && !(least > 0) ? -most : least;
  const sure =
    side === 'BUY'
      ? limit(answer, 'cash', cash / (perShare * (1 + rate)), doubt) &&
        // at 100 % the band leaves all the cash there is, and cash is named first
        (most === 1 || limitAbout(answer, 'max_stock_pct', (most * wealth - stock) / (perShare * (1 + rate * most)), doubt))
      : (short || limit(answer, 'shares', qty, doubt)) &&
        ((band === 0 && !short) || limitAbout(answer, 'min_stock_pct', (stock - band * wealth) / (perShare * (1 - rate * band)), doubt));
  return (
    sure &&
    limit(answer, 'max_trade_pct_of_position', (mostOfTrade * wealth) / perShare, doubt) &&
    limit(answer, 'max_daily_notional', (notionalPerDay - dayNotional) / perShare, doubt) &&
    (dayOrders < ordersPerDay || limit(answer, 'max_orders_per_day', 0, doubt)) &&
    answer.qty + qty <= LARGEST_WHOLE
  );
}

/** False where the limit is about as tight as what was there before it. Less room than none is none. */
function limit(answer: CertainAnswer, name: CapName, cap: number, doubt: number): boolean {
  if (cap > answer.qty + doubt) return true;
  const left = Math.max(0, cap);
  if (!(left < answer.qty - doubt)) return false;
  answer.qty = left;
  answer.binding = name;
  return true;
}

/** A limit from a difference: about zero, rounding could have taken some room for none. */
const limitAbout = (answer: CertainAnswer, name: CapName, cap: number, doubt: number): boolean =>
  Math.abs(cap) > doubt && limit(answer, name, cap, doubt);

/** False where the number of whole steps is in doubt. Nothing at all is certain: it comes from exact amounts, or from a clear lack of room. */
function cut(answer: CertainAnswer, doubt: number, step: number): boolean {
  const { qty, binding } = answer;
  if (qty === 0) return binding !== null;
  const n = Math.floor(qty / step) * step;
  const rest = qty - n;
  const unsure = binding === null ? qty * DOUBT : doubt;
  answer.qty = n;
  return rest > unsure && step - rest > unsure && (n > 0 || binding !== null);
}

/** Shares are whole units, so nothing is in doubt. */
function cutShares(answer: CertainAnswer, step: number): boolean {
  answer.qty -= answer.qty % step;
  return true;
}

function isEnough({ qty }: CertainAnswer, price: number, { minQty, minNotional }: CertainRules): boolean {
  if (qty === 0) return true;
  return qty >= minQty && (minNotional === 0 || ((qty * price) / 1e8) * (1 - MARGIN) > minNotional);
}
