/** Splits of one position: shares, cost and anchor at once, the fraction when there is a price, and everything after them carried along. */
import { type Amount, abs, formatAmount, formatOptional, minus, parseAmount, plus, SCALE, ZERO } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import { DomainError } from '../kernel/errors';
import { add, exact, formatExact, multiply, roundHalfEven } from '../kernel/exact';
import {
  type ActionEntry,
  awaitsCashInLieu,
  type Carried,
  carryShares,
  type DividendEntry,
  fractionOf,
  type SplitEntry,
  withEntry,
} from '../rules/action-ledger';
import { minorUnitOf } from '../rules/minor-unit';
import { cashInLieu, parseRatio, splitPrice, splitShares } from '../rules/split';
import type { AdjustmentReason, PositionActionCommand, PositionActionEvent, SplitEventData } from '../contracts/position-action';
import { anchorOr } from './position.anchor';
import { splitOf } from './position.action-entry';
import { adjusted, isApplied, resolvesHalt } from './position.dividend';
import type { OpenPositionState } from './position.state';

type Data<Type extends PositionActionCommand['type']> = Extract<PositionActionCommand, { type: Type }>['data'];
type Evolve = (state: OpenPositionState, event: PositionActionEvent) => OpenPositionState;

const EVER = ''; // before every instant: the change comes from a split, not from a trade

export function applySplit(state: OpenPositionState, data: Data<'ApplySplit'>, evolve: Evolve): readonly PositionActionEvent[] {
  if (state.actions.some(({ corporate_action_id }) => corporate_action_id === data.corporate_action_id)) return [];
  const { held, step, ratio: text, ...key } = data;
  const ratio = parseRatio(text);
  const { qty: after, fraction } = splitShares(parseAmount(held), ratio, parseAmount(step));
  const entry: SplitEntry = {
    kind: 'split',
    ...key,
    ratio: text,
    qty_before: held,
    qty_after: formatAmount(after),
    in_lieu: null,
    reversed: false,
  };
  const carried = carriedBy(state, entry, minus(after, parseAmount(held)), parseAmount(step));
  const qty = plus(state.qty, carried.qty);
  const isWhole = state.qty === parseAmount(held);
  const avg_cost = isWhole ? splitPrice(state.avg_cost, ratio) : spread(state.avg_cost, state.qty, qty);
  const applied = { ...effectOf(state, entry, carried.entries, { qty, avg_cost, cash: ZERO }), fraction: formatExact(fraction) };
  return withAdjustments(state, { type: 'SplitApplied', data: applied }, carried, 'SPLIT', evolve);
}

export function amendSplit(state: OpenPositionState, data: Data<'AmendSplit'>, evolve: Evolve): readonly PositionActionEvent[] {
  const former = findSplit(state, data.corporate_action_id);
  if (former === null || isApplied(state, data)) return [];
  const { step, ...key } = data;
  const after = splitShares(parseAmount(former.qty_before), parseRatio(data.ratio), parseAmount(step)).qty;
  return changeSplit(
    state,
    former,
    { ...former, ...key, qty_after: formatAmount(after), reversed: false },
    { step, reason: 'AMENDED' },
    evolve,
  );
}

/** The split never was: shares, cost and anchor as if it had not been applied. */
export function reverseSplit(state: OpenPositionState, data: Data<'ReverseSplit'>, evolve: Evolve): readonly PositionActionEvent[] {
  const former = findSplit(state, data.corporate_action_id);
  if (former === null || former.reversed) return [];
  const { step, ...key } = data;
  const entry = { ...former, ...key, qty_after: former.qty_before, reversed: true };
  return changeSplit(state, former, entry, { step, reason: 'CANCELLED' }, evolve);
}

function changeSplit(
  state: OpenPositionState,
  former: SplitEntry,
  changed: SplitEntry,
  { step: text, reason }: { readonly step: string; readonly reason: 'AMENDED' | 'CANCELLED' },
  evolve: Evolve,
): readonly PositionActionEvent[] {
  const step = parseAmount(text);
  const { entry, cash } = withInLieu(former, changed, state.currency);
  const carried = carriedBy(state, entry, minus(parseAmount(entry.qty_after), parseAmount(former.qty_after)), step);
  const qty = plus(state.qty, carried.qty);
  const avg_cost = spread(state.avg_cost, state.qty, qty);
  const event: PositionActionEvent = {
    type: 'SplitAdjusted',
    data: { ...effectOf(state, entry, carried.entries, { qty, avg_cost, cash }), reason },
  };
  return withAdjustments(state, event, carried, 'SPLIT', evolve);
}

const findSplit = (state: OpenPositionState, id: string): SplitEntry | null => {
  const entry = state.actions.find(({ corporate_action_id }) => corporate_action_id === id);
  return entry?.kind === 'split' ? entry : null;
};

const carriedBy = (state: OpenPositionState, entry: SplitEntry, qty: Amount, step: Amount): Carried =>
  carryShares(withEntry(state.actions, entry), { at: EVER, qty, after: entry.ex_date }, step);

/** What was paid for the fraction, computed again for the fraction that it is now. */
function withInLieu(former: SplitEntry, changed: SplitEntry, currency: string): { readonly entry: SplitEntry; readonly cash: Amount } {
  if (former.in_lieu === null) return { entry: changed, cash: ZERO };
  const paid = parseAmount(former.in_lieu.cash);
  if (changed.reversed) return { entry: { ...changed, in_lieu: null }, cash: minus(ZERO, paid) };
  const due = cashInLieu(fractionOf(changed), parseAmount(former.in_lieu.price), minorUnitOf(currency));
  return { entry: { ...changed, in_lieu: { ...former.in_lieu, cash: formatAmount(due) } }, cash: minus(due, paid) };
}

/** The same cost on another number of shares, half-even. */
const spread = (avg: Amount, from: Amount, to: Amount): Amount =>
  to === ZERO || from === ZERO ? avg : roundHalfEven({ n: avg * abs(from), d: abs(to) * SCALE });

/** The corrections that one event makes of others, in the order of their ex-dates. */
function withAdjustments(
  state: OpenPositionState,
  first: PositionActionEvent,
  { entries }: Carried,
  reason: AdjustmentReason,
  evolve: Evolve,
): readonly PositionActionEvent[] {
  return [first, ...adjustments(evolve(state, first), entries, reason, evolve)];
}

/** An event for each entry that is not as it was. `state` is the position after what changed them. */
export function adjustments(
  state: OpenPositionState,
  entries: readonly ActionEntry[],
  reason: AdjustmentReason,
  evolve: Evolve,
): readonly PositionActionEvent[] {
  const events: PositionActionEvent[] = [];
  let now = state;
  for (const entry of entries) {
    const former = now.actions.find(({ corporate_action_id }) => corporate_action_id === entry.corporate_action_id);
    const event = former ? adjustmentOf(now, former, entry, reason) : null;
    if (!event) continue;
    events.push(event);
    now = evolve(now, event);
  }
  return events;
}

function adjustmentOf(
  state: OpenPositionState,
  former: ActionEntry,
  entry: ActionEntry,
  reason: AdjustmentReason,
): PositionActionEvent | null {
  if (former.kind === 'dividend' && entry.kind === 'dividend')
    return isSameHolding(former, entry) ? null : adjusted(state, former, entry, reason);
  if (former.kind !== 'split' || entry.kind !== 'split' || former.qty_before === entry.qty_before) return null;
  const { entry: paid, cash } = withInLieu(former, entry, state.currency);
  const { qty, avg_cost } = state;
  const actions = withEntry(state.actions, paid);
  return { type: 'SplitAdjusted', data: { ...effectOf(state, paid, actions, { qty, avg_cost, cash }), reason } };
}

const isSameHolding = (a: DividendEntry, b: DividendEntry): boolean => a.held === b.held && a.qty_eligible === b.qty_eligible;

/** The fraction at the first market price after the split. */
export function payCashInLieu(state: OpenPositionState, data: Data<'PayCashInLieu'>): readonly PositionActionEvent[] {
  const former = findSplit(state, data.corporate_action_id);
  if (former === null)
    throw new DomainError('split.not_applied', 'The split has not been applied to this position; process its ex-date first');
  if (!awaitsCashInLieu(former)) return [];
  const fraction = fractionOf(former);
  const cash = cashInLieu(fraction, parseAmount(data.price, 'price'), minorUnitOf(state.currency));
  const entry = { ...former, in_lieu: { price: data.price, cash: formatAmount(cash) } };
  const cost = multiply(fraction, exact(state.avg_cost));
  const realized = roundHalfEven(add(exact(plus(state.realized_pnl, cash)), { n: -cost.n, d: cost.d }));
  const { qty, avg_cost } = state;
  const effect = effectOf(state, entry, withEntry(state.actions, entry), { qty, avg_cost, cash });
  return [{ type: 'CashInLieuPaid', data: { ...effect, price: data.price, realized_pnl: formatAmount(realized), reason: 'CASH_IN_LIEU' } }];
}

function effectOf(
  state: OpenPositionState,
  entry: SplitEntry,
  actions: readonly ActionEntry[],
  { qty, avg_cost, cash }: { readonly qty: Amount; readonly avg_cost: Amount; readonly cash: Amount },
): SplitEventData {
  return {
    ...splitOf(entry),
    cash_account: state.cash_account,
    cash_delta: formatAmount(cash),
    cash: formatAmount(plus(state.cash, cash)),
    qty: formatAmount(qty),
    avg_cost: formatAmount(avg_cost),
    anchor_price: formatOptional(anchorOr(state.anchor_base, actions, state.anchor_price)),
    former_anchor_price: formatOptional(state.anchor_price),
    resolves_halt: resolvesHalt(state),
  };
}

export const isBeforeSplit = (state: OpenPositionState, at: Instant): boolean =>
  state.actions.some((entry) => entry.kind === 'split' && !entry.reversed && at < entry.ex_open);
