import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Length, ValidateBy } from 'class-validator';
import { isAmountText, parseAmount } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import { EXCHANGES } from '../contracts/exchanges';
import type { Exchange } from '../contracts/instrument';
import type { OpenPositionTerms, PositionStatus, PositionView } from '../contracts/position';
import { AmountField, ChoiceField, CountField, InstantField, TextField } from '../platform/http/answer.decorators';
import { IsDecimal } from '../platform/http/decimal.validator';
import { PageDto } from '../platform/http/page.dto';

export const POSITION_STATUSES: readonly PositionStatus[] = ['ACTIVE', 'PAUSED', 'HALTED', 'CLOSED'];

const FIRST_PRICE = 'first-price';
const isAnchor = (value: unknown): boolean => value === FIRST_PRICE || (isAmountText(value) && parseAmount(value) > 0n);

export class OpenPositionDto {
  @ApiProperty({ type: String, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  readonly portfolio_id!: string;

  @ApiProperty({ type: String, maxLength: 40, example: 'KO' })
  @IsString()
  @Length(1, 40)
  readonly symbol!: string;

  /** Where the symbol is traded on several exchanges. */
  @ApiPropertyOptional({ enum: EXCHANGES })
  @IsOptional()
  @IsIn(EXCHANGES)
  readonly exchange?: Exchange | null;

  @IsDecimal({ min: '0', description: 'Shares it starts with', example: '0' })
  readonly qty!: string;

  @IsDecimal({ min: '0', description: 'Cash it starts with, in the currency of the instrument', example: '10000' })
  readonly cash!: string;

  /** A price, or `first-price` to take the first valid price of an evaluation. Without it, and without `anchor`, it stays unset. */
  @ApiPropertyOptional({ type: String, nullable: true, example: '150.25' })
  @IsOptional()
  @ValidateBy({
    name: 'isAnchor',
    validator: { validate: isAnchor, defaultMessage: () => '$property must be a decimal string greater than 0, or "first-price"' },
  })
  readonly anchor_price?: string | null;

  /** The first valid price of an evaluation becomes the anchor. */
  @ApiPropertyOptional({ enum: [FIRST_PRICE] })
  @IsOptional()
  @IsIn([FIRST_PRICE])
  readonly anchor?: typeof FIRST_PRICE | null;

  @IsDecimal({ optional: true, positive: true, description: 'Cost of a share; the anchor price where it is missing' })
  readonly avg_cost?: string | null;
}

/** Throws InputError where both an anchor price and `anchor: "first-price"` are given. */
export function termsOf({ portfolio_id, symbol, exchange, qty, cash, anchor_price, anchor, avg_cost }: OpenPositionDto): OpenPositionTerms {
  const price = anchor_price === FIRST_PRICE ? null : (anchor_price ?? null);
  const fromFirstPrice = anchor_price === FIRST_PRICE || anchor === FIRST_PRICE;
  if (price !== null && fromFirstPrice) {
    throw new InputError('position.anchor_twice', 'anchor', 'left out where anchor_price is a price', anchor);
  }
  return {
    portfolio_id,
    symbol,
    exchange: exchange ?? null,
    qty,
    cash,
    anchor_price: price,
    anchor_from_first_price: fromFirstPrice,
    avg_cost: avg_cost ?? null,
  };
}

export class ListPositionsDto extends PageDto {
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly portfolio_id?: string;

  @ApiPropertyOptional({ type: String, maxLength: 40 })
  @IsOptional()
  @IsString()
  @Length(1, 40)
  readonly symbol?: string;

  @ApiPropertyOptional({ enum: POSITION_STATUSES })
  @IsOptional()
  @IsIn(POSITION_STATUSES)
  readonly status?: PositionStatus;
}

export class SetAnchorDto {
  @IsDecimal({ positive: true })
  readonly price!: string;
}

export class MoveCashDto {
  @IsDecimal({ positive: true, example: '1000' })
  readonly amount!: string;
}

export class PausePositionDto {
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly reason?: string;
}

const yesOrNo = ({ value }: TransformFnParams): unknown => (value === 'true' ? true : value === 'false' ? false : (value as unknown));

export class EvaluateDto {
  @IsDecimal({ optional: true, positive: true, description: 'Evaluates at this price instead of the current quote' })
  readonly price?: string;

  /** True: decides and explains, records and orders nothing. */
  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  readonly dry_run?: boolean;
}

export class PositionDto implements PositionView {
  @TextField() readonly id!: string;
  @TextField() readonly portfolio_id!: string;
  @TextField() readonly instrument_id!: string;
  @TextField() readonly symbol!: string;
  @ChoiceField(EXCHANGES) readonly exchange!: Exchange;
  @TextField() readonly currency!: string;
  @TextField() readonly account_id!: string;
  @TextField() readonly strategy_id!: string;
  @CountField() readonly strategy_version!: number;
  @ChoiceField(POSITION_STATUSES) readonly status!: PositionStatus;
  @TextField({ nullable: true }) readonly halt_reason!: string | null;
  @AmountField() readonly qty!: string;
  @AmountField() readonly cash!: string;
  @AmountField({ description: 'Cash that no live order holds back' }) readonly free_cash!: string;
  @AmountField({ description: 'Shares that no live order holds back' }) readonly free_qty!: string;
  @AmountField({ nullable: true }) readonly anchor_price!: string | null;
  @AmountField() readonly dividend_receivable!: string;
  @AmountField() readonly avg_cost!: string;
  @AmountField() readonly realized_pnl!: string;
  @AmountField() readonly total_commission_paid!: string;
  @AmountField() readonly total_dividends_gross!: string;
  @AmountField() readonly total_dividends_withheld!: string;
  @AmountField() readonly total_dividends_net!: string;
  @TextField({ nullable: true }) readonly live_order_id!: string | null;
  @TextField({ nullable: true, description: 'The last exchange-local day with a fill' }) readonly day!: string | null;
  @CountField({ description: 'Orders that filled on that day, as max_orders_per_day counts them' }) readonly day_orders!: number;
  @AmountField({ description: 'What they moved, as max_daily_notional counts it' }) readonly day_notional!: string;
  @AmountField({ nullable: true }) readonly lot_size!: string | null;
  @InstantField() readonly created_at!: string;
  @InstantField() readonly updated_at!: string;
  @CountField() readonly version!: number;
}
