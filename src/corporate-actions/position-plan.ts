/** What one position has to hear of the announcements that are due: commands for its stream, from its state and its recorded fills. */
import { type Amount, negate, formatAmount, parseAmount } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import { never } from '../kernel/errors';
import { type ActionEntry, isSplitInForce } from '../rules/action-ledger';
import { heldBefore, type PastSplit, type ShareChange } from '../rules/entitlement';
import { parseRatio } from '../rules/split';
import type { PositionEvent } from '../contracts/position';
import type { ActionKey, PositionActionCommand, PositionLedger, WithholdingOrigin } from '../contracts/position-action';
import { dataOf } from '../platform/event-store/event-data';
import type { FoldedEvent } from '../platform/streams/stream-fold';
import type { DueAnnouncement } from './due-announcements';

export interface Withholding {
  readonly pct: string;
  readonly from: WithholdingOrigin;
}

/** What is not in the position itself. */
export interface PlanFacts {
  readonly step: string;
  readonly changes: readonly ShareChange[];
  /** What the settings say; null where only the announcement can. */
  readonly withholding: Withholding | null;
  readonly previousClose: ReadonlyMap<string, string | null>;
  readonly now: Instant;
}

/** True where this position heard of this revision, or has nothing to do with the action. */
export function isDone(
  entries: readonly Pick<ActionEntry, 'corporate_action_id' | 'announced_by' | 'revision'>[],
  due: DueAnnouncement,
): boolean {
  const entry = entries.find(({ corporate_action_id: id }) => id === due.corporate_action_id);
  if (!entry) return due.status === 'CANCELLED';
  return entry.announced_by === due.announced_by && entry.revision === due.revision;
}

/** The holding's changes in the shares of their time, from the position's own events. */
export function shareChanges(events: readonly FoldedEvent[]): readonly ShareChange[] {
  return events.flatMap((event) => {
    const { type, ts } = event;
    if (type === 'PositionOpened') return [{ at: ts, qty: parseAmount(openedQty(event)) }];
    if (type !== 'PositionUpdated') return [];
    const { side, executed_qty } = dataOf(event) as unknown as Extract<PositionEvent, { type: 'PositionUpdated' }>['data'];
    const qty = parseAmount(executed_qty);
    return [{ at: ts, qty: side === 'BUY' ? qty : negate(qty) }];
  });
}

const openedQty = (event: FoldedEvent): string =>
  (dataOf(event) as unknown as Extract<PositionEvent, { type: 'PositionOpened' }>['data']).qty;

/** Splits that the position knows, and those that this run adds before. */
const pastSplits = (entries: readonly ActionEntry[], dues: readonly DueAnnouncement[]): readonly PastSplit[] => {
  const known = entries.filter(isSplitInForce).filter(({ corporate_action_id: id }) => !dues.some((due) => due.corporate_action_id === id));
  const added = dues.filter(({ type, status }) => type === 'SPLIT' && status === 'ANNOUNCED');
  return [
    ...known.map(({ ex_date, ex_open, ratio }) => ({ ex_date, ex_open, ratio: parseRatio(ratio) })),
    ...added.map(({ ex_date, instants, ratio }) => ({ ex_date, ex_open: instants.ex_open, ratio: parseRatio(ratio) })),
  ];
};

/** One command per announcement that the position has not heard of, in effective order. */
export function planPosition(ledger: PositionLedger, dues: readonly DueAnnouncement[], facts: PlanFacts): readonly PositionActionCommand[] {
  const open = dues.filter((due) => !isDone(ledger.actions, due) && ledger.opened_at < due.instants.ex_open);
  const step = parseAmount(facts.step);
  const splits = pastSplits(ledger.actions, open);
  return open.flatMap((due) => {
    const before = due.type === 'SPLIT' ? due.instants.ex_open : due.instants.cutoff;
    const held = heldBefore(facts.changes, splits, { before, exDate: due.ex_date, step });
    return commandFor(ledger, due, held, facts);
  });
}

function commandFor(ledger: PositionLedger, due: DueAnnouncement, held: Amount, facts: PlanFacts): readonly PositionActionCommand[] {
  const { corporate_action_id, announced_by, revision, ex_date, instants } = due;
  const key: ActionKey = { corporate_action_id, announced_by, revision, ex_date, ex_open: instants.ex_open };
  const { step } = facts;
  const isKnown = ledger.actions.some(({ corporate_action_id: id }) => id === corporate_action_id);
  switch (due.type) {
    case 'CASH_DIVIDEND': {
      if (due.status === 'CANCELLED') return [{ type: 'ReverseDividend', data: { ...key, reason: 'CANCELLED', step } }];
      const terms = { pay_date: due.pay_date, amount_per_share: due.amount_per_share ?? '0', currency: due.currency ?? ledger.currency };
      if (isKnown) return [{ type: 'AmendDividend', data: { ...key, ...terms, step } }];
      if (ledger.status === 'CLOSED' && held === 0n) return [];
      return [accrual(due, key, terms, formatAmount(held), facts)];
    }
    case 'SPLIT':
      if (due.status === 'CANCELLED') return [{ type: 'ReverseSplit', data: { ...key, step } }];
      if (isKnown) return [{ type: 'AmendSplit', data: { ...key, ratio: due.ratio ?? '', step } }];
      return [{ type: 'ApplySplit', data: { ...key, ratio: due.ratio ?? '', held: formatAmount(held), step } }];
    case 'MERGER':
    case 'SPIN_OFF':
    case 'SYMBOL_CHANGE':
    case 'DELISTING':
      if (due.status === 'CANCELLED' || ledger.status === 'CLOSED') return [];
      return [{ type: 'HaltForAction', data: { ...key, halt_reason: haltReason(due) } }];
    default:
      return never(due.type);
  }
}

const haltReason = ({ type, symbol, ex_date, note }: DueAnnouncement): string =>
  `${type} of ${symbol} on ${ex_date}${note === null ? '' : ` (${note})`}: book by hand what became of the shares, then resume`;

type Terms = Pick<Extract<PositionActionCommand, { type: 'AccrueDividend' }>['data'], 'pay_date' | 'amount_per_share' | 'currency'>;

function accrual(due: DueAnnouncement, key: ActionKey, terms: Terms, held: string, facts: PlanFacts): PositionActionCommand {
  const { pct, from } = withholdingOf(due, facts.withholding);
  const close = facts.previousClose.get(`${due.instrument_id}/${due.instants.previous_day}`) ?? null;
  return {
    type: 'AccrueDividend',
    data: {
      ...key,
      ...terms,
      cutoff: due.instants.cutoff,
      withholding_tax_pct: pct,
      withholding_from: from,
      previous_close: close,
      previous_close_day: close === null ? null : due.instants.previous_day,
      held,
      step: facts.step,
    },
  };
}

/** Position, portfolio, tenant, announcement, what holds for everybody: the narrowest that says something. */
function withholdingOf({ withholding_tax_pct: announced }: DueAnnouncement, own: Withholding | null): Withholding {
  const isOwn = own !== null && own.from !== 'global' && own.from !== 'default';
  if (isOwn || announced === null) return own ?? { pct: '0', from: 'default' };
  return { pct: announced, from: 'announcement' };
}
