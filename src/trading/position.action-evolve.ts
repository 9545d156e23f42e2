/** What each corporate action event makes of a position: the event says what the money is afterwards. */
import { parseAmount, parseOptional } from '../kernel/amount';
import { never } from '../kernel/errors';
import { withEntry } from '../rules/action-ledger';
import type { DividendEventData, PositionActionEvent, SplitEventData } from '../contracts/position-action';
import { dividendOf, haltOf, splitOf } from './position.action-entry';
import type { OpenPositionState } from './position.state';

const TYPES: Readonly<Record<PositionActionEvent['type'], true>> = {
  DividendAccrued: true,
  DividendAdjusted: true,
  DividendReversed: true,
  DividendPaid: true,
  DividendReinvested: true,
  SplitApplied: true,
  SplitAdjusted: true,
  CashInLieuPaid: true,
  PositionHaltedByAction: true,
};

export const isActionEvent = (event: { readonly type: string }): event is PositionActionEvent => Object.hasOwn(TYPES, event.type);

export function evolveAction(state: OpenPositionState, event: PositionActionEvent): OpenPositionState {
  switch (event.type) {
    case 'DividendAccrued':
    case 'DividendAdjusted':
    case 'DividendReversed':
    case 'DividendPaid':
      return afterDividend(state, event.data);
    case 'DividendReinvested':
      return { ...state, actions: withEntry(state.actions, dividendOf(event.data)) };
    case 'SplitApplied':
    case 'SplitAdjusted':
      return afterSplit(state, event.data);
    case 'CashInLieuPaid':
      return { ...afterSplit(state, event.data), realized_pnl: parseAmount(event.data.realized_pnl) };
    case 'PositionHaltedByAction': {
      const actions = withEntry(state.actions, haltOf(event.data));
      return state.status === 'CLOSED'
        ? { ...state, actions }
        : { ...state, actions, status: 'HALTED', halt_reason: event.data.halt_reason };
    }
    default:
      return never(event);
  }
}

function afterDividend(state: OpenPositionState, data: DividendEventData): OpenPositionState {
  return {
    ...resumed(state, data.resolves_halt),
    cash: parseAmount(data.cash),
    dividend_receivable: parseAmount(data.dividend_receivable),
    total_dividends_gross: parseAmount(data.total_dividends_gross),
    total_dividends_withheld: parseAmount(data.total_dividends_withheld),
    total_dividends_net: parseAmount(data.total_dividends_net),
    anchor_price: parseOptional(data.anchor_price),
    actions: withEntry(state.actions, dividendOf(data)),
  };
}

function afterSplit(state: OpenPositionState, data: SplitEventData): OpenPositionState {
  return {
    ...resumed(state, data.resolves_halt),
    cash: parseAmount(data.cash),
    qty: parseAmount(data.qty),
    avg_cost: parseAmount(data.avg_cost),
    anchor_price: parseOptional(data.anchor_price),
    actions: withEntry(state.actions, splitOf(data)),
  };
}

/** The epoch stays: what the quote gate remembers still counts, restated by the action. */
const resumed = (state: OpenPositionState, resolves: boolean): OpenPositionState =>
  resolves ? { ...state, status: 'ACTIVE', halt_reason: null } : state;
