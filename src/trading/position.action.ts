/** Decides what a corporate action does to a position. */
import { never } from '../kernel/errors';
import type { PositionActionCommand, PositionActionEvent } from '../contracts/position-action';
import { evolveAction } from './position.action-evolve';
import { accrueDividend, amendDividend, payDividend, reinvestDividend, reverseDividend } from './position.dividend';
import { amendSplit, applySplit, payCashInLieu, reverseSplit } from './position.split';
import type { OpenPositionState } from './position.state';

const TYPES: Readonly<Record<PositionActionCommand['type'], true>> = {
  AccrueDividend: true,
  AmendDividend: true,
  ReverseDividend: true,
  PayDividend: true,
  ReinvestDividend: true,
  ApplySplit: true,
  AmendSplit: true,
  ReverseSplit: true,
  PayCashInLieu: true,
  HaltForAction: true,
};

export const isActionCommand = (command: { readonly type: string }): command is PositionActionCommand => Object.hasOwn(TYPES, command.type);

export function decideAction(state: OpenPositionState, command: PositionActionCommand): readonly PositionActionEvent[] {
  switch (command.type) {
    case 'AccrueDividend':
      return accrueDividend(state, command.data);
    case 'AmendDividend':
      return amendDividend(state, command.data);
    case 'ReverseDividend':
      return reverseDividend(state, command.data);
    case 'PayDividend':
      return payDividend(state, command.data);
    case 'ReinvestDividend':
      return reinvestDividend(state, command.data);
    case 'ApplySplit':
      return applySplit(state, command.data, evolveAction);
    case 'AmendSplit':
      return amendSplit(state, command.data, evolveAction);
    case 'ReverseSplit':
      return reverseSplit(state, command.data, evolveAction);
    case 'PayCashInLieu':
      return payCashInLieu(state, command.data);
    case 'HaltForAction': {
      const { halt_reason, ...key } = command.data;
      const known = state.actions.find(({ corporate_action_id: id }) => id === key.corporate_action_id);
      if (known && !known.reversed) return [];
      return [{ type: 'PositionHaltedByAction', data: { kind: 'halt', ...key, reversed: false, halt_reason } }];
    }
    default:
      return never(command);
  }
}

/** Once per position, action and revision, whatever raced: beside the stream's version the database says so too. */
export function actionKey(event: PositionActionEvent): string | null {
  switch (event.type) {
    case 'DividendAccrued':
      return `accrual:${event.data.cash_account}:${event.data.corporate_action_id}:${event.data.announced_by}:${event.data.revision}`;
    case 'DividendPaid':
      return `dividend:${event.data.cash_account}:${event.data.corporate_action_id}`;
    case 'SplitApplied':
      return `split:${event.data.cash_account}:${event.data.corporate_action_id}`;
    case 'DividendAdjusted':
    case 'DividendReversed':
    case 'DividendReinvested':
    case 'SplitAdjusted':
    case 'CashInLieuPaid':
    case 'PositionHaltedByAction':
      return null;
    default:
      return never(event);
  }
}
