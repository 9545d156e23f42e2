/** Positions as a read table: one row per position, its state as JSON beside the columns that are searched. */
import { formatAmount, formatOptional, parseAmount, parseOptional, ZERO } from '../kernel/amount';
import type { Folded } from '../kernel/decider';
import { fromRowColumns, readTable, type StateProjection } from '../platform/projections/projection';
import type { PositionView } from '../contracts/position';
import { positionDecider } from './position.decider';
import { freeCash, freeQty, type OpenPositionState, type PositionState, type Reservation } from './position.state';

export const positionsTable = readTable(
  'positions',
  ['position_id'],
  ['portfolio_id', 'instrument_id', 'symbol', 'status', 'state', 'created_at', 'updated_at', 'version'],
);

export const positionProjection: StateProjection<PositionState> = {
  kind: 'state',
  name: 'positions',
  version: 2,
  decider: positionDecider,
  table: positionsTable,
  toRow(id, { state, version, createdAt, updatedAt }) {
    const position = opened(state);
    const { portfolio_id, instrument_id, symbol, status } = position;
    return {
      position_id: id,
      portfolio_id,
      instrument_id,
      symbol,
      status,
      state: positionToJson(position),
      created_at: createdAt,
      updated_at: updatedAt,
      version,
    };
  },
  fromRow: (row) => fromRowColumns<PositionState>(row, positionFromJson),
};

export function opened(state: PositionState): OpenPositionState {
  if (state.status === 'NONE') throw new Error('a position row without a position');
  return state;
}

type TextOf<Value> = {
  readonly [Key in keyof Value]: Value[Key] extends bigint ? string : Value[Key] extends bigint | null ? string | null : Value[Key];
};
type PositionJson = TextOf<Omit<OpenPositionState, 'reservation' | 'day' | 'anchor_base'>> & {
  readonly anchor_base: { readonly price: string; readonly at: string } | null;
  readonly reservation: TextOf<Reservation> | null;
  readonly day: { readonly date: string; readonly orders: number; readonly notional: string } | null;
};

function positionToJson(position: OpenPositionState): string {
  const json: PositionJson = {
    ...position,
    ...amountsAsText(position),
    anchor_base: position.anchor_base && { ...position.anchor_base, price: formatAmount(position.anchor_base.price) },
    reservation: reservationToJson(position.reservation),
    day: dayToJson(position.day),
  };
  return JSON.stringify(json);
}

const amountsAsText = (position: OpenPositionState) => ({
  qty: formatAmount(position.qty),
  cash: formatAmount(position.cash),
  anchor_price: formatOptional(position.anchor_price),
  dividend_receivable: formatAmount(position.dividend_receivable),
  avg_cost: formatAmount(position.avg_cost),
  realized_pnl: formatAmount(position.realized_pnl),
  total_commission_paid: formatAmount(position.total_commission_paid),
  total_dividends_gross: formatAmount(position.total_dividends_gross),
  total_dividends_withheld: formatAmount(position.total_dividends_withheld),
  total_dividends_net: formatAmount(position.total_dividends_net),
});

const reservationToJson = (held: Reservation | null): TextOf<Reservation> | null =>
  held && { ...held, qty: formatAmount(held.qty), cash: formatAmount(held.cash), shares: formatAmount(held.shares) };

const dayToJson = (day: OpenPositionState['day']): PositionJson['day'] => day && { ...day, notional: formatAmount(day.notional) };

function positionFromJson(text: string): OpenPositionState {
  const json = JSON.parse(text) as PositionJson;
  const { reservation, day, anchor_base } = json;
  return {
    ...json,
    qty: parseAmount(json.qty),
    cash: parseAmount(json.cash),
    anchor_price: parseOptional(json.anchor_price),
    anchor_base: anchor_base && { ...anchor_base, price: parseAmount(anchor_base.price) },
    dividend_receivable: parseAmount(json.dividend_receivable),
    avg_cost: parseAmount(json.avg_cost),
    realized_pnl: parseAmount(json.realized_pnl),
    total_commission_paid: parseAmount(json.total_commission_paid),
    total_dividends_gross: parseAmount(json.total_dividends_gross),
    total_dividends_withheld: parseAmount(json.total_dividends_withheld),
    total_dividends_net: parseAmount(json.total_dividends_net),
    reservation: reservation && {
      ...reservation,
      qty: parseAmount(reservation.qty),
      cash: parseAmount(reservation.cash),
      shares: parseAmount(reservation.shares),
    },
    day: day && { ...day, notional: parseAmount(day.notional) },
  };
}

export function positionView(id: string, folded: Folded<PositionState>): PositionView {
  const position = opened(folded.state);
  const { cash_account: _account, anchor_from_first_price: _mode, reservation, day, quote_epoch: _epoch, ...more } = position;
  const { anchor_base: _base, opened_at: _opened, actions: _actions, ...fields } = more;
  return {
    ...fields,
    ...amountsAsText(position),
    id,
    free_cash: formatAmount(freeCash(position)),
    free_qty: formatAmount(freeQty(position)),
    live_order_id: reservation?.order_id ?? null,
    day: day?.date ?? null,
    day_orders: day?.orders ?? 0,
    day_notional: formatAmount(day?.notional ?? ZERO),
    created_at: folded.createdAt,
    updated_at: folded.updatedAt,
    version: folded.version,
  };
}
