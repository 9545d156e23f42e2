import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import type { PositionActionStatus } from '../contracts/position-action';
import { AmountField, ChoiceField, CountField, DayField, InstantField, ListField, TextField } from '../platform/http/answer.decorators';
import { IsDecimal, IsTradingDay } from '../platform/http/decimal.validator';
import { PageDto } from '../platform/http/page.dto';

export const ENTRY_STATUSES: readonly PositionActionStatus[] = [
  'ACCRUED',
  'AWAITING_RATE',
  'PAID',
  'NOTHING_DUE',
  'REVERSED',
  'APPLIED',
  'FRACTION_DUE',
  'HALTED',
];
export const ENTRY_KINDS = ['dividend', 'split', 'halt'] as const;
type EntryKind = (typeof ENTRY_KINDS)[number];

export class ListEntriesDto extends PageDto {
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly position_id?: string;

  @ApiPropertyOptional({ type: String, maxLength: 40 })
  @IsOptional()
  @IsString()
  @Length(1, 40)
  readonly symbol?: string;

  @ApiPropertyOptional({ enum: ENTRY_STATUSES })
  @IsOptional()
  @IsIn(ENTRY_STATUSES)
  readonly status?: PositionActionStatus;
}

export class EntriesOfPositionDto extends PageDto {
  @ApiPropertyOptional({ enum: ENTRY_STATUSES })
  @IsOptional()
  @IsIn(ENTRY_STATUSES)
  readonly status?: PositionActionStatus;
}

/** What an action came to for one position. Fields that its kind does not have are null. */
export class EntryDto {
  @TextField() readonly id!: string;
  @TextField() readonly position_id!: string;
  @TextField({ nullable: true }) readonly portfolio_id!: string | null;
  @TextField({ nullable: true }) readonly symbol!: string | null;
  @TextField() readonly corporate_action_id!: string;
  @CountField() readonly revision!: number;
  @ChoiceField(ENTRY_KINDS) readonly kind!: EntryKind;
  @ChoiceField(ENTRY_STATUSES) readonly status!: PositionActionStatus;
  @DayField() readonly ex_date!: string;
  @InstantField({ nullable: true, description: 'Trades executed before it are entitled' }) readonly cutoff!: string | null;
  @DayField({ nullable: true }) readonly pay_date!: string | null;
  @AmountField({ nullable: true }) readonly qty_eligible!: string | null;
  @AmountField({ nullable: true }) readonly amount_per_share!: string | null;
  @TextField({ nullable: true }) readonly currency!: string | null;
  @AmountField({ nullable: true }) readonly withholding_tax_pct!: string | null;
  @AmountField({ nullable: true }) readonly gross!: string | null;
  @AmountField({ nullable: true }) readonly withholding!: string | null;
  @AmountField({ nullable: true }) readonly net!: string | null;
  @DayField({ nullable: true }) readonly paid_on!: string | null;
  @AmountField({ nullable: true, description: 'In the currency of the position' }) readonly paid_net!: string | null;
  @AmountField({ nullable: true }) readonly fx_rate!: string | null;
  @TextField({ nullable: true }) readonly ratio!: string | null;
  @AmountField({ nullable: true }) readonly qty_before!: string | null;
  @AmountField({ nullable: true }) readonly qty_after!: string | null;
  @AmountField({ nullable: true }) readonly cash_in_lieu!: string | null;
}

class ReceivableTotalDto {
  @TextField() readonly currency!: string;
  @AmountField() readonly net!: string;
}

/** What is accrued and not paid. */
export class ReceivablesDto {
  @ListField(EntryDto) readonly items!: readonly EntryDto[];
  @ListField(ReceivableTotalDto) readonly totals!: readonly ReceivableTotalDto[];
}

export class UpcomingQueryDto {
  @IsTradingDay({ optional: true, description: 'Today where it is missing' })
  readonly from?: string;

  @IsTradingDay({ optional: true, description: 'Last date; 90 days after the first where it is missing' })
  readonly to?: string;
}

const DATE_KINDS = ['ex', 'pay'] as const;

class UpcomingDateDto {
  @DayField() readonly date!: string;
  @ChoiceField(DATE_KINDS) readonly kind!: (typeof DATE_KINDS)[number];
  @TextField() readonly corporate_action_id!: string;
  @TextField() readonly type!: string;
  @TextField() readonly symbol!: string;
  @TextField() readonly status!: string;
  @AmountField({ nullable: true }) readonly amount_per_share!: string | null;
  @TextField({ nullable: true }) readonly currency!: string | null;
  @TextField({ nullable: true }) readonly ratio!: string | null;
}

export class UpcomingDto {
  @ListField(UpcomingDateDto) readonly items!: readonly UpcomingDateDto[];
}

export class PayDividendDto {
  @ApiProperty({ type: String, maxLength: 200 })
  @IsString()
  @Length(1, 200)
  readonly corporate_action_id!: string;

  /** Every position of the tenant where it is missing. */
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly position_id?: string;

  @IsTradingDay({ optional: true, description: 'The day it was paid; today where it is missing. Never before the pay date' })
  readonly paid_on?: string;

  @IsDecimal({ optional: true, positive: true, description: "Units of the position's currency for one of the dividend's", example: '1.08' })
  readonly fx_rate?: string;
}
