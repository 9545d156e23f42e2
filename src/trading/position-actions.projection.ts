/** What corporate actions came to, one row per position and action: accruals, payments, receivables, splits. */
import { parseAmount, ZERO } from '../kernel/amount';
import { type ActionEntry, awaitsCashInLieu, type DividendEntry } from '../rules/action-ledger';
import { POSITION_ACTIONS, type PositionActionEvent, type PositionActionStatus } from '../contracts/position-action';
import { eventProjection, type EventView, type ProjectedRow, readTable } from '../platform/projections/projection';
import { dividendOf, haltOf, splitOf } from './position.action-entry';
import { isActionEvent } from './position.action-evolve';

const COLUMNS = [
  'position_id',
  'portfolio_id',
  'instrument_id',
  'symbol',
  'corporate_action_id',
  'announced_by',
  'revision',
  'kind',
  'ex_date',
  'pay_date',
  'status',
  'payable',
  'reinvest',
  'entry',
] as const;

export const positionActionsTable = readTable(POSITION_ACTIONS, ['entry_id'], COLUMNS);

type Subject = 'position_id' | 'portfolio_id' | 'instrument_id' | 'symbol';

export const positionActionsProjection = eventProjection({
  kind: 'event',
  name: POSITION_ACTIONS,
  version: 1,
  category: 'position',
  table: positionActionsTable,
  reads: ['position_id', 'portfolio_id', 'instrument_id', 'symbol'],
  rows(event) {
    if (!isActionEvent(event)) return [];
    const entry = entryOf(event.body as unknown as PositionActionEvent['data']);
    return [{ op: 'upsert', row: rowOf(event, entry) }];
  },
});

function entryOf(data: PositionActionEvent['data']): ActionEntry {
  if (data.kind === 'dividend') return dividendOf(data);
  return data.kind === 'split' ? splitOf(data) : haltOf(data);
}

function rowOf({ position_id, portfolio_id, instrument_id, symbol }: EventView<Subject>, entry: ActionEntry): ProjectedRow {
  const { corporate_action_id, announced_by, revision, kind, ex_date } = entry;
  const status = statusOf(entry);
  return {
    entry_id: `${position_id ?? ''}/${corporate_action_id}`,
    position_id,
    portfolio_id,
    instrument_id,
    symbol,
    corporate_action_id,
    announced_by,
    revision,
    kind,
    ex_date,
    pay_date: entry.kind === 'dividend' ? entry.pay_date : null,
    status,
    payable: status === 'ACCRUED' ? 1 : 0,
    reinvest: entry.kind === 'dividend' ? entry.reinvest : 'NO',
    entry: JSON.stringify(entry),
  };
}

function statusOf(entry: ActionEntry): PositionActionStatus {
  if (entry.reversed) return 'REVERSED';
  if (entry.kind === 'halt') return 'HALTED';
  if (entry.kind === 'split') return awaitsCashInLieu(entry) ? 'FRACTION_DUE' : 'APPLIED';
  return dividendStatus(entry);
}

function dividendStatus({ paid, net, foreign }: DividendEntry): PositionActionStatus {
  if (paid !== null) return 'PAID';
  if (parseAmount(net) === ZERO) return 'NOTHING_DUE';
  return foreign ? 'AWAITING_RATE' : 'ACCRUED';
}
