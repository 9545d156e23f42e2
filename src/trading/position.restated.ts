/**
 * A position in the order in which things happened. An event states what the position was after it, as far as was known then; here each
 * is decided again on what was known today before it, so that what became known late counts from when it happened.
 */
import { formatAmount, negate, parseAmount } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import type { Decider } from '../kernel/decider';
import { isSplitInForce } from '../rules/action-ledger';
import { heldBefore, type PastSplit, type ShareChange } from '../rules/entitlement';
import { parseRatio, splitShares } from '../rules/split';
import type { PositionCommandBody, PositionEvent } from '../contracts/position';
import type { ActionKey, DividendTerms, PositionActionEvent } from '../contracts/position-action';
import { evolveAction, isActionEvent } from './position.action-evolve';
import { anchorOr } from './position.anchor';
import { positionDecider } from './position.decider';
import { accruedDividend, amendedDividend, findDividend, payDividend, reinvestDividend, reverseDividend } from './position.dividend';
import { bookFill } from './position.fill';
import { amendSplit, applySplit, payCashInLieu, reverseSplit } from './position.split';
import type { OpenPositionState, PositionState } from './position.state';
import { stepOf } from './position.step';

type EventOf<Type extends PositionEvent['type']> = Extract<PositionEvent, { readonly type: Type }>;

/** At one instant an ex-date comes before what is traded, and splits before dividends. */
export const orderWithin = ({ type }: { readonly type: string }): number =>
  type === 'SplitApplied' || type === 'SplitAdjusted' ? 0 : /^Dividend(Accrued|Adjusted|Reversed)$/.test(type) ? 1 : 2;

/** For one fold: it remembers how the holding came about. */
export function restatingDecider(): Decider<PositionState, PositionCommandBody, PositionEvent> {
  const changes: ShareChange[] = [];
  return {
    ...positionDecider,
    evolve(state, event, at) {
      if (at === undefined || state.status === 'NONE') {
        if (event.type === 'PositionOpened' && at !== undefined) changes.push({ at, qty: parseAmount(event.data.qty) });
        return positionDecider.evolve(state, event, at);
      }
      const redecided = decidedAgain(state, event, changes, at);
      return redecided.reduce<PositionState>((before, next) => restated(before, next, at), state);
    },
  };
}

function decidedAgain(state: OpenPositionState, event: PositionEvent, changes: ShareChange[], at: Instant): readonly PositionEvent[] {
  if (isActionEvent(event)) return actionAgain(state, event, changes);
  if (event.type !== 'PositionUpdated') return [event];
  const { side, executed_qty } = event.data;
  const qty = parseAmount(executed_qty);
  changes.push({ at, qty: side === 'BUY' ? qty : negate(qty) });
  return bookFill(state, { ...event.data, limits: null, step: stepOf(state) }, at);
}

/** What a completed order made of the anchor is computed from its price again; what a person names is in the shares of that day. */
function restated(state: PositionState, event: PositionEvent, at: Instant): PositionState {
  const next = positionDecider.evolve(state, event, at);
  if (event.type !== 'AnchorSet' || event.data.base_price === undefined || next.status === 'NONE') return next;
  return { ...next, anchor_price: anchorOr(next.anchor_base, next.actions, next.anchor_price) };
}

function actionAgain(state: OpenPositionState, event: PositionActionEvent, changes: readonly ShareChange[]): readonly PositionEvent[] {
  const step = stepOf(state);
  switch (event.type) {
    case 'DividendAccrued':
      return accruedDividend(state, { ...event.data, held: heldAt(state, event.data, event.data.cutoff, changes, step), step });
    case 'DividendAdjusted':
      return event.data.reason === 'AMENDED' ? amendedDividend(state, { ...keyOf(event.data), ...termsOf(event.data), step }) : []; // the others follow from what they correct
    case 'DividendReversed':
      return reverseDividend(state, { ...keyOf(event.data), reason: event.data.reason, step });
    case 'DividendPaid':
      return paidAgain(state, event);
    case 'DividendReinvested': {
      const { corporate_action_id, qty } = event.data;
      return findDividend(state, corporate_action_id)?.reinvest === 'WAITING' ? reinvestDividend(state, { corporate_action_id, qty }) : [];
    }
    case 'SplitApplied':
      return splitAgain(state, event, changes);
    case 'SplitAdjusted':
      if (event.data.reason === 'CANCELLED') return reverseSplit(state, { ...keyOf(event.data), step }, evolveAction);
      return event.data.reason === 'AMENDED'
        ? amendSplit(state, { ...keyOf(event.data), ratio: event.data.ratio, step }, evolveAction)
        : [];
    case 'CashInLieuPaid': {
      const { corporate_action_id, price } = event.data;
      return payCashInLieu(state, { corporate_action_id, price });
    }
    case 'PositionHaltedByAction':
      return [event];
    default:
      return event satisfies never;
  }
}

const keyOf = ({ corporate_action_id, announced_by, revision, ex_date, ex_open }: ActionKey): ActionKey => ({
  corporate_action_id,
  announced_by,
  revision,
  ex_date,
  ex_open,
});

const termsOf = ({ pay_date, amount_per_share, currency }: DividendTerms): DividendTerms => ({ pay_date, amount_per_share, currency });

/** The rate counts only where the currency turned out to be another; what was paid at par keeps it. */
function paidAgain(state: OpenPositionState, { data }: EventOf<'DividendPaid'>): readonly PositionEvent[] {
  const { corporate_action_id, paid, reinvest } = data;
  if (paid === null) return [];
  return payDividend(state, { corporate_action_id, paid_on: paid.on, rate: paid.rate ?? '1', reinvest: reinvest === 'WAITING' });
}

function splitAgain(
  state: OpenPositionState,
  { data }: EventOf<'SplitApplied'>,
  changes: readonly ShareChange[],
): readonly PositionEvent[] {
  const step = stepBehind(data, stepOf(state));
  return applySplit(
    state,
    { ...keyOf(data), ratio: data.ratio, held: heldAt(state, data, data.ex_open, changes, step), step },
    evolveAction,
  );
}

function heldAt(
  { actions }: OpenPositionState,
  { ex_date }: { readonly ex_date: string },
  before: Instant,
  changes: readonly ShareChange[],
  step: string,
): string {
  const splits = actions.filter(isSplitInForce).map(({ ratio, ...split }): PastSplit => ({ ...split, ratio: parseRatio(ratio) }));
  return formatAmount(heldBefore(changes, splits, { before, exDate: ex_date, step: parseAmount(step) }));
}

const STEPS = ['1', '0.1', '0.01', '0.001', '0.0001', '0.00001', '0.0000001', '0.00000001'];

/** A split's event does not say which step its shares were cut to: the usual one where that fits, else the coarsest that does. */
function stepBehind({ qty_before, qty_after, ratio }: EventOf<'SplitApplied'>['data'], usual: string): string {
  const fits = (step: string): boolean =>
    splitShares(parseAmount(qty_before), parseRatio(ratio), parseAmount(step)).qty === parseAmount(qty_after);
  return [usual, ...STEPS].find(fits) ?? usual;
}
