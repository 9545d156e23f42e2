import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import type { PortfolioHoldingsView, PortfolioPositionView, PortfolioTotalView, PortfolioView } from '../contracts/portfolio';
import type { PositionStatus } from '../contracts/position';
import { AmountField, ChoiceField, CountField, InstantField, ListField, TextField } from '../platform/http/answer.decorators';
import { POSITION_STATUSES } from './position.dto';

export class OpenPortfolioDto {
  @ApiProperty({ type: String, minLength: 1, maxLength: 100, example: 'Retirement' })
  @IsString()
  @Length(1, 100)
  readonly name!: string;

  @ApiPropertyOptional({ type: String, pattern: '^[A-Z]{3,5}$', default: 'USD' })
  @IsOptional()
  @Matches(/^[A-Z]{3,5}$/, { message: '$property must be a currency code such as USD' })
  readonly base_currency?: string;
}

export class RenamePortfolioDto {
  @ApiProperty({ type: String, minLength: 1, maxLength: 100 })
  @IsString()
  @Length(1, 100)
  readonly name!: string;
}

export class PortfolioDto implements PortfolioView {
  @TextField() readonly id!: string;
  @TextField() readonly name!: string;
  @TextField() readonly base_currency!: string;
  @TextField() readonly owner_user_id!: string;
  @TextField() readonly account_id!: string;
  @InstantField() readonly created_at!: string;
  @InstantField() readonly updated_at!: string;
  @CountField() readonly version!: number;
}

export class PortfolioPositionDto implements PortfolioPositionView {
  @TextField() readonly id!: string;
  @TextField() readonly symbol!: string;
  @TextField() readonly currency!: string;
  @ChoiceField(POSITION_STATUSES) readonly status!: PositionStatus;
  @AmountField() readonly qty!: string;
  @AmountField() readonly cash!: string;
  @AmountField() readonly dividend_receivable!: string;
}

export class PortfolioTotalDto implements PortfolioTotalView {
  @TextField() readonly currency!: string;
  @CountField({ description: 'How many positions' }) readonly positions!: number;
  @AmountField({ description: 'Their cash' }) readonly cash!: string;
  @AmountField({ description: 'Dividends they are still to be paid' }) readonly dividend_receivable!: string;
}

export class PortfolioHoldingsDto extends PortfolioDto implements PortfolioHoldingsView {
  @ListField(PortfolioPositionDto, { description: 'In the order in which they were opened, closed ones included' })
  readonly positions!: readonly PortfolioPositionDto[];
  @ListField(PortfolioTotalDto, { description: 'Sums by currency' }) readonly totals!: readonly PortfolioTotalDto[];
}
