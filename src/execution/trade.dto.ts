import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import type { TradeView } from '../contracts/order';
import type { Side } from '../contracts/position';
import { AmountField, ChoiceField, InstantField, TextField } from '../platform/http/answer.decorators';
import { IsInstant } from '../platform/http/decimal.validator';
import { PageDto } from '../platform/http/page.dto';
import { SIDES } from './order.dto';

export class ListTradesDto extends PageDto {
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly position_id?: string;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly order_id?: string;

  @IsInstant({ optional: true, description: 'Executed at or after' })
  readonly from?: string;

  @IsInstant({ optional: true, description: 'Executed before' })
  readonly to?: string;
}

export class TradeDto implements TradeView {
  @TextField() readonly id!: string;
  @TextField() readonly order_id!: string;
  @TextField() readonly position_id!: string;
  @TextField() readonly account_id!: string;
  @TextField() readonly symbol!: string;
  @ChoiceField(SIDES) readonly side!: Side;
  @AmountField() readonly executed_qty!: string;
  @AmountField() readonly executed_price!: string;
  @AmountField() readonly notional!: string;
  @AmountField() readonly commission!: string;
  @TextField() readonly fee_currency!: string;
  @AmountField() readonly commission_rate_effective!: string;
  @TextField() readonly broker_trade_id!: string;
  @InstantField() readonly executed_at!: string;
  @TextField({ nullable: true }) readonly tick_id!: string | null;
}
