import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { BookBrokerFill, FlattenPosition, PlaceManualOrder, RequestOrderCancel } from '../contracts/order';
import { Roles } from '../platform/http/access.decorators';
import { DeadLettersDto, QueueMessageDto, queueMessage } from '../platform/http/admin.dto';
import { Ctx, Tenant } from '../platform/http/caller.decorators';
import { ApiNoBody, NoBodyDto } from '../platform/http/no-body.dto';
import { type Page, page, pageDto } from '../platform/http/page.dto';
import { MovesMoney } from '../platform/idempotency/idempotency.decorators';
import { IntentQueue } from '../platform/queue/queue.port';
import { GetOrder, PageOrders } from './execution.queries';
import { BookFillDto, CancelOrderDto, fillOf, ListOrdersDto, OrderDto, PlaceOrderDto, termsOf } from './order.dto';
import { ORDER_QUEUE } from './send-order.policy';

@ApiTags('orders')
@Controller('v1')
@Roles('owner')
export class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly queue: IntentQueue,
    private readonly clock: Clock,
  ) {}

  /** A person's own order: queued now, filled soon. One live order per position. */
  @Post('positions/:id/orders')
  @MovesMoney()
  @ApiCreatedResponse({ type: OrderDto })
  place(@Ctx() context: CommandContext, @Param('id') id: string, @Body() body: PlaceOrderDto): Promise<OrderDto> {
    return this.commands.execute(new PlaceManualOrder(context, id, termsOf(body), null));
  }

  /** Sells (or buys back) the whole holding and pauses the position, so that the rules do not buy it back. */
  @Post('positions/:id/flatten')
  @HttpCode(200)
  @MovesMoney()
  @ApiNoBody()
  @ApiOkResponse({ type: OrderDto })
  flatten(@Ctx() context: CommandContext, @Param('id') id: string, @Body() _body: NoBodyDto): Promise<OrderDto> {
    return this.commands.execute(new FlattenPosition(context, id));
  }

  /** The tenant's orders, newest first. */
  @Get('orders')
  @ApiOkResponse({ type: pageDto(OrderDto) })
  list(@Tenant() tenantId: string, @Query() { position_id, status, symbol, ...place }: ListOrdersDto): Promise<Page<OrderDto>> {
    return this.queries.execute(new PageOrders(tenantId, { position_id, status, symbol }, place));
  }

  /** Orders of this tenant whose delivery failed for good, oldest first; a platform admin redrives or discards them. */
  @Get('orders/dead-letters')
  @ApiOkResponse({ type: pageDto(QueueMessageDto) })
  async deadLetters(@Tenant() tenantId: string, @Query() { limit }: DeadLettersDto): Promise<Page<QueueMessageDto>> {
    const dead = await this.queue.list({ tenantId, queue: ORDER_QUEUE, status: 'DEAD', limit });
    return page(dead.map(queueMessage), null);
  }

  /** One order, as it is. */
  @Get('orders/:id')
  @ApiOkResponse({ type: OrderDto })
  get(@Tenant() tenantId: string, @Param('id') id: string): Promise<OrderDto> {
    return this.queries.execute(new GetOrder(tenantId, id));
  }

  /** Cancelled at once where it was not sent yet, else when the broker says so. */
  @Post('orders/:id/cancel')
  @HttpCode(200)
  @ApiBody({ type: CancelOrderDto, required: false })
  @ApiOkResponse({ type: OrderDto })
  cancel(@Ctx() context: CommandContext, @Param('id') id: string, @Body() { reason }: CancelOrderDto): Promise<OrderDto> {
    return this.commands.execute(new RequestOrderCancel(context, id, reason ?? 'USER'));
  }

  /** What the broker says was executed. Repeating is harmless: the broker's trade id tells a repeated fill from a new one. */
  @Post('orders/:id/fill')
  @HttpCode(200)
  @Roles('broker')
  @ApiOkResponse({ type: OrderDto })
  fill(@Ctx() context: CommandContext, @Param('id') id: string, @Body() body: BookFillDto): Promise<OrderDto> {
    return this.commands.execute(new BookBrokerFill(context, id, fillOf(body, this.clock.now())));
  }
}
