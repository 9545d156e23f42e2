import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import type { Instant } from '../kernel/clock';
import { EXCHANGES } from '../contracts/exchanges';
import type { Exchange } from '../contracts/instrument';
import type { BrokerFill, ManualOrderTerms, OrderStatus, OrderType, OrderView, PricePolicy, TimeInForce } from '../contracts/order';
import type { Side } from '../contracts/position';
import { AmountField, ChoiceField, CountField, InstantField, TextField } from '../platform/http/answer.decorators';
import { IsDecimal, IsInstant } from '../platform/http/decimal.validator';
import { PageDto } from '../platform/http/page.dto';
import { PRICE_POLICIES } from '../rules/settings';

export const SIDES: readonly Side[] = ['BUY', 'SELL'];
export const ORDER_TYPES: readonly OrderType[] = ['MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING'];
const TIMES_IN_FORCE: readonly TimeInForce[] = ['DAY', 'GTC', 'IOC', 'FOK'];
const ORDER_STATUSES: readonly OrderStatus[] = [
  'QUEUED',
  'SUBMITTED',
  'PARTIALLY_FILLED',
  'PENDING_CANCEL',
  'UNKNOWN',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'SKIPPED',
];

export class PlaceOrderDto {
  @ApiProperty({ enum: SIDES })
  @IsIn(SIDES)
  readonly side!: Side;

  @IsDecimal({ positive: true, description: 'A multiple of the quantity step', example: '10' })
  readonly qty!: string;

  @ApiPropertyOptional({ enum: ORDER_TYPES, default: 'MARKET' })
  @IsOptional()
  @IsIn(ORDER_TYPES)
  readonly type?: OrderType;

  @ApiPropertyOptional({ enum: TIMES_IN_FORCE, default: 'DAY' })
  @IsOptional()
  @IsIn(TIMES_IN_FORCE)
  readonly time_in_force?: TimeInForce;

  @IsDecimal({ optional: true, positive: true })
  readonly limit_price?: string | null;

  @IsDecimal({ optional: true, positive: true })
  readonly stop_price?: string | null;
}

export const termsOf = ({ side, qty, type, time_in_force, limit_price, stop_price }: PlaceOrderDto): ManualOrderTerms => ({
  side,
  qty,
  order_type: type ?? 'MARKET',
  time_in_force: time_in_force ?? 'DAY',
  limit_price: limit_price ?? null,
  stop_price: stop_price ?? null,
  reason: 'MANUAL',
});

export class CancelOrderDto {
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly reason?: string;
}

export class BookFillDto {
  /** The broker's own id of the execution: the same one again changes nothing. */
  @ApiProperty({ type: String, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  readonly broker_trade_id!: string;

  @IsDecimal({ positive: true, example: '10' })
  readonly qty!: string;

  @IsDecimal({ positive: true })
  readonly price!: string;

  @IsDecimal({ optional: true, min: '0', description: "What the broker charged; the order's rate where it is missing", example: '0.15' })
  readonly commission?: string | null;

  @IsInstant({ optional: true, description: 'Now where it is missing' })
  readonly executed_at?: string | null;
}

export const fillOf = ({ broker_trade_id, qty, price, commission, executed_at }: BookFillDto, now: Instant): BrokerFill => ({
  broker_trade_id,
  qty,
  price,
  commission: commission ?? null,
  executed_at: executed_at ?? now,
});

export class ListOrdersDto extends PageDto {
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly position_id?: string;

  @ApiPropertyOptional({ enum: ORDER_STATUSES })
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  readonly status?: OrderStatus;

  @ApiPropertyOptional({ type: String, maxLength: 40 })
  @IsOptional()
  @IsString()
  @Length(1, 40)
  readonly symbol?: string;
}

export class OrderDto implements OrderView {
  @TextField() readonly id!: string;
  @TextField() readonly order_id!: string;
  @TextField() readonly client_order_id!: string;
  @TextField({ nullable: true }) readonly broker_order_id!: string | null;
  @TextField() readonly position_id!: string;
  @TextField() readonly portfolio_id!: string;
  @TextField() readonly account_id!: string;
  @TextField() readonly instrument_id!: string;
  @TextField() readonly symbol!: string;
  @ChoiceField(EXCHANGES) readonly exchange!: Exchange;
  @TextField() readonly currency!: string;
  @TextField() readonly strategy_id!: string;
  @CountField() readonly strategy_version!: number;
  @ChoiceField(ORDER_STATUSES) readonly status!: OrderStatus;
  @TextField({ nullable: true }) readonly status_reason!: string | null;
  @ChoiceField(SIDES) readonly side!: Side;
  @ChoiceField(SIDES, { description: 'The same as side, under its name in events' }) readonly action!: Side;
  @ChoiceField(ORDER_TYPES) readonly type!: OrderType;
  @ChoiceField(ORDER_TYPES, { description: 'The same as type, under its name in events' }) readonly order_type!: OrderType;
  @ChoiceField(TIMES_IN_FORCE) readonly time_in_force!: TimeInForce;
  @AmountField() readonly qty!: string;
  @AmountField() readonly qty_step!: string;
  @AmountField({ nullable: true, description: 'What was sent, after the caps at the fresh price' }) readonly submitted_qty!: string | null;
  @AmountField() readonly filled_qty!: string;
  @AmountField({ nullable: true, description: 'Volume-weighted price of the fills' }) readonly avg_fill_price!: string | null;
  @AmountField({ nullable: true }) readonly limit_price!: string | null;
  @AmountField({ nullable: true }) readonly stop_price!: string | null;
  @ChoiceField(PRICE_POLICIES) readonly price_policy!: PricePolicy;
  @AmountField() readonly evaluation_price!: string;
  @AmountField() readonly commission_rate_snapshot!: string;
  @AmountField() readonly commission_estimated!: string;
  @AmountField() readonly commission!: string;
  @AmountField() readonly max_drift_bps!: string;
  @TextField() readonly dedupe_key!: string;
  @TextField({ nullable: true }) readonly tick_id!: string | null;
  @TextField() readonly reason!: string;
  @InstantField() readonly created_at!: string;
  @InstantField() readonly updated_at!: string;
  @CountField() readonly version!: number;
}
