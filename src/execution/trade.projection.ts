/** Trades as a read table: what really happened, one row per execution. */
import { eventProjection, readTable } from '../platform/projections/projection';
import type { TradeData, TradeView } from '../contracts/order';

export const tradesTable = readTable('trades', ['trade_id'], ['order_id', 'position_id', 'portfolio_id', 'symbol', 'executed_at', 'trade']);

export const tradeProjection = eventProjection({
  kind: 'event',
  name: 'trades',
  version: 1,
  category: 'order',
  table: tradesTable,
  reads: ['portfolio_id', 'symbol'],
  rows({ type, body, portfolio_id, symbol }) {
    if (type !== 'TradeExecuted') return [];
    const trade = body as unknown as TradeData;
    const { trade_id, order_id, position_id, executed_at } = trade;
    return [{ op: 'upsert', row: { trade_id, order_id, position_id, portfolio_id, symbol, executed_at, trade: JSON.stringify(trade) } }];
  },
});

export function tradeView(json: string, symbol: string): TradeView {
  const { trade_id, broker_ref, filled_qty: _filled, excess_qty: _excess, late: _late, ...trade } = JSON.parse(json) as TradeData;
  return { ...trade, id: trade_id, symbol, broker_trade_id: broker_ref };
}
