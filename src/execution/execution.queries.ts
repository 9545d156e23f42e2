/** Orders, trades and dead letters as lists. */
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { NotFoundError } from '../kernel/errors';
import type { OrderStatus, OrderView, TradeView } from '../contracts/order';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { StreamRunner } from '../platform/streams/stream-runner';
import { orderStream } from './order-book';
import type { OrderState } from './order.decider';
import { orderProjection, ordersTable, orderView } from './order.projection';
import { tradesTable, tradeView } from './trade.projection';

export class PageOrders extends Query<Page<OrderView>> {
  constructor(
    readonly tenantId: string,
    readonly filter: { readonly position_id?: string; readonly status?: OrderStatus; readonly symbol?: string },
    readonly page: PageDto,
  ) {
    super();
  }
}

/** Throws NotFoundError for unknown and foreign orders. */
export class GetOrder extends Query<OrderView> {
  constructor(
    readonly tenantId: string,
    readonly orderId: string,
  ) {
    super();
  }
}

export class PageTrades extends Query<Page<TradeView>> {
  constructor(
    readonly tenantId: string,
    readonly filter: { readonly position_id?: string; readonly order_id?: string; readonly from?: string; readonly to?: string },
    readonly page: PageDto,
  ) {
    super();
  }
}

/** Newest first. */
@QueryHandler(PageOrders)
export class PageOrdersHandler implements IQueryHandler<PageOrders> {
  constructor(private readonly tables: TenantTables) {}

  execute({ tenantId, filter: { position_id, status, symbol }, page }: PageOrders): Promise<Page<OrderView>> {
    const equal = { position_id, status, symbol };
    const list = { table: ordersTable.name, tenantId, time: 'created_at', id: 'order_id', newestFirst: true, equal };
    return readTablePage(this.tables, list, page, (row) => orderView(orderProjection.fromRow(row)));
  }
}

@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ tenantId, orderId }: GetOrder): Promise<OrderView> {
    const folded = await this.streams.load<OrderState>(tenantId, orderStream(orderId));
    if (!folded) throw new NotFoundError('order');
    return orderView(folded);
  }
}

/** The last executed first. */
@QueryHandler(PageTrades)
export class PageTradesHandler implements IQueryHandler<PageTrades> {
  constructor(private readonly tables: TenantTables) {}

  execute({ tenantId, filter: { position_id, order_id, from, to }, page }: PageTrades): Promise<Page<TradeView>> {
    const equal = { position_id, order_id };
    const list = { table: tradesTable.name, tenantId, time: 'executed_at', id: 'trade_id', newestFirst: true, equal, from, to };
    return readTablePage(this.tables, list, page, (row) => tradeView(String(row['trade']), String(row['symbol'])));
  }
}

export const executionQueryHandlers = [PageOrdersHandler, GetOrderHandler, PageTradesHandler] as const;
