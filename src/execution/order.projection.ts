/** Orders as a read table: one row per order, its state as JSON beside the columns that are searched. */
import { formatAmount, formatOptional, parseAmount, parseOptional } from '../kernel/amount';
import { fromRowColumns, readTable, type StateProjection } from '../platform/projections/projection';
import type { OrderView } from '../contracts/order';
import { averageFillPrice, orderDecider, type OrderState, type PlacedOrder } from './order.decider';

export const ordersTable = readTable(
  'orders',
  ['order_id'],
  ['position_id', 'portfolio_id', 'symbol', 'status', 'dedupe_key', 'tick_id', 'state', 'created_at', 'updated_at', 'version'],
);

export const orderProjection: StateProjection<OrderState> = {
  kind: 'state',
  name: 'orders',
  version: 1,
  decider: orderDecider,
  table: ordersTable,
  toRow(id, { state, version, createdAt, updatedAt }) {
    const order = placed(state);
    const { position_id, portfolio_id, symbol, status, dedupe_key, tick_id } = order;
    return {
      order_id: id,
      position_id,
      portfolio_id,
      symbol,
      status,
      dedupe_key,
      tick_id,
      state: orderToJson(order),
      created_at: createdAt,
      updated_at: updatedAt,
      version,
    };
  },
  fromRow: (row) => fromRowColumns(row, orderFromJson),
};

function placed(state: OrderState): PlacedOrder {
  if (state.status === 'NONE') throw new Error('an order row without an order');
  return state;
}

const orderToJson = (order: PlacedOrder): string =>
  JSON.stringify({
    ...order,
    qty: formatAmount(order.qty),
    submitted_qty: formatOptional(order.submitted_qty),
    filled_qty: formatAmount(order.filled_qty),
    filled_value: order.filled_value.toString(),
    commission: formatAmount(order.commission),
  });

function orderFromJson(text: string): PlacedOrder {
  const json = JSON.parse(text) as Omit<PlacedOrder, 'qty' | 'submitted_qty' | 'filled_qty' | 'filled_value' | 'commission'> & {
    readonly qty: string;
    readonly submitted_qty: string | null;
    readonly filled_qty: string;
    readonly filled_value: string;
    readonly commission: string;
  };
  return {
    ...json,
    qty: parseAmount(json.qty),
    submitted_qty: parseOptional(json.submitted_qty),
    filled_qty: parseAmount(json.filled_qty),
    filled_value: BigInt(json.filled_value),
    commission: parseAmount(json.commission),
  };
}

export function orderView(folded: {
  readonly state: OrderState;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}): OrderView {
  const { broker_refs: _refs, filled_value: _value, repriced: _repriced, last_fill_at: _at, ...order } = placed(folded.state);
  return {
    ...order,
    id: order.order_id,
    side: order.action,
    type: order.order_type,
    qty: formatAmount(order.qty),
    submitted_qty: formatOptional(order.submitted_qty),
    filled_qty: formatAmount(order.filled_qty),
    avg_fill_price: formatOptional(averageFillPrice(placed(folded.state))),
    commission: formatAmount(order.commission),
    created_at: folded.createdAt,
    updated_at: folded.updatedAt,
    version: folded.version,
  };
}
