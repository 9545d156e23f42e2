import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import {
  ACTION_TYPES,
  type ActionSource,
  type ActionType,
  ANNOUNCEMENT_STATUSES,
  type AnnouncementStatus,
  type AnnouncementTerms,
  type AnnouncementView,
  type AnnounceTerms,
  type Doubt,
  type DoubtCode,
  HALTING_TYPES,
  type HaltingType,
  type IngestFailure,
  type IngestView,
  type ProcessView,
} from '../contracts/corporate-action';
import { EXCHANGES } from '../contracts/exchanges';
import type { Exchange } from '../contracts/instrument';
import { AmountField, ChoiceField, CountField, DayField, InstantField, ListField, TextField } from '../platform/http/answer.decorators';
import { IsDecimal, IsTradingDay } from '../platform/http/decimal.validator';
import { PageDto } from '../platform/http/page.dto';

const SCOPES = ['all', 'tenant'] as const;
const SOURCES: readonly ActionSource[] = ['manual', 'csv', 'yahoo', 'fake'];
const DOUBTS: readonly DoubtCode[] = [
  'EX_DATE_CLOSED',
  'ANNUAL_RATE',
  'DUPLICATE',
  'MISSING_PAY_DATE',
  'EXCEEDS_PRICE',
  'CONFLICT',
  'UNKNOWN_DAY',
];
const RATIO = '^\\d{1,12}([/:]\\d{1,12}|(\\.\\d{1,8})?)$';

/** What every announcement says. */
class AnnounceDto {
  @ApiProperty({ type: String, maxLength: 40, example: 'KO' })
  @IsString()
  @Length(1, 40)
  readonly symbol!: string;

  /** Where the symbol is traded on several exchanges. */
  @ApiPropertyOptional({ enum: EXCHANGES })
  @IsOptional()
  @IsIn(EXCHANGES)
  readonly exchange?: Exchange | null;

  @IsTradingDay({ description: 'First day on which the instrument trades without the right, or in new shares' })
  readonly ex_date!: string;

  /** Tells several announcements of one type and ex-date apart. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 99, default: 1 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(99)
  readonly sequence?: number;

  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly note?: string | null;
}

export class AnnounceDividendDto extends AnnounceDto {
  @IsDecimal({ positive: true, example: '0.46' })
  readonly amount_per_share!: string;

  @IsTradingDay({
    optional: true,
    description: 'May lie before the ex-date; without it the amount stays receivable until somebody pays it',
  })
  readonly pay_date?: string | null;

  /** The instrument's currency where it is missing. */
  @ApiPropertyOptional({ type: String, pattern: '^[A-Z]{3,5}$', example: 'USD' })
  @IsOptional()
  @Matches(/^[A-Z]{3,5}$/, { message: '$property must be a currency code such as USD' })
  readonly currency?: string | null;

  @IsDecimal({ optional: true, min: '0', max: '100', description: 'Counts where neither position nor tenant sets one', example: '15' })
  readonly withholding_tax_pct?: string | null;
}

export class AnnounceSplitDto extends AnnounceDto {
  /** New shares for old ones, `7:1`; or new shares per old one as a decimal or fraction. */
  @ApiProperty({ type: String, pattern: RATIO, example: '7:1' })
  @Matches(new RegExp(RATIO), { message: '$property must be new:old such as 7:1 or 1/3, or a decimal above 0 such as 2' })
  readonly ratio!: string;
}

export class AnnounceChangeDto extends AnnounceDto {
  /** What only a person can book: positions of the instrument halt on the ex-date. */
  @ApiProperty({ enum: HALTING_TYPES })
  @IsIn(HALTING_TYPES)
  readonly type!: HaltingType;
}

export class AmendDto {
  @IsDecimal({ optional: true, positive: true, example: '0.46' })
  readonly amount_per_share?: string | null;

  @IsTradingDay({ optional: true })
  readonly pay_date?: string | null;

  @ApiPropertyOptional({ type: String, pattern: '^[A-Z]{3,5}$', example: 'USD' })
  @IsOptional()
  @Matches(/^[A-Z]{3,5}$/, { message: '$property must be a currency code such as USD' })
  readonly currency?: string | null;

  @IsDecimal({ optional: true, min: '0', max: '100', example: '15' })
  readonly withholding_tax_pct?: string | null;

  @ApiPropertyOptional({ type: String, pattern: RATIO, example: '7:1' })
  @IsOptional()
  @Matches(new RegExp(RATIO), { message: '$property must be new:old such as 7:1 or 1/3, or a decimal above 0 such as 2' })
  readonly ratio?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly note?: string | null;
}

export class CancelDto {
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly reason?: string;
}

const NONE: AnnouncementTerms = {
  pay_date: null,
  amount_per_share: null,
  currency: null,
  withholding_tax_pct: null,
  ratio: null,
  note: null,
};

/** The terms of an announcement of this type, what is left out being null. */
export function announceTerms(type: ActionType, { symbol, exchange, ex_date, sequence, ...said }: AnnounceDto): AnnounceTerms {
  const { type: _type, ...terms } = said as Partial<AnnouncementTerms> & { readonly type?: string };
  return { ...NONE, ...withoutUndefined(terms), symbol, exchange: exchange ?? null, type, ex_date, sequence: sequence ?? 1 };
}

/** Only what the caller names. */
export const withoutUndefined = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;

export class ListAnnouncementsDto extends PageDto {
  @ApiPropertyOptional({ type: String, maxLength: 40 })
  @IsOptional()
  @IsString()
  @Length(1, 40)
  readonly symbol?: string;

  @ApiPropertyOptional({ enum: ACTION_TYPES })
  @IsOptional()
  @IsIn(ACTION_TYPES)
  readonly type?: ActionType;

  /** `REVIEW` for those that wait for a person. */
  @ApiPropertyOptional({ enum: ANNOUNCEMENT_STATUSES })
  @IsOptional()
  @IsIn(ANNOUNCEMENT_STATUSES)
  readonly status?: AnnouncementStatus;

  /** `tenant` for the caller's own, `all` for everybody's. */
  @ApiPropertyOptional({ enum: SCOPES, default: 'all' })
  @IsOptional()
  @IsIn(SCOPES)
  readonly scope?: (typeof SCOPES)[number];

  @IsTradingDay({ optional: true, description: 'First ex-date' })
  readonly from?: string;

  @IsTradingDay({ optional: true, description: 'Ex-dates before this one' })
  readonly to?: string;
}

class DoubtDto implements Doubt {
  @ChoiceField(DOUBTS) readonly code!: DoubtCode;
  @TextField() readonly message!: string;
}

export class AnnouncementDto implements AnnouncementView {
  @TextField() readonly id!: string;
  @TextField() readonly corporate_action_id!: string;
  @TextField() readonly instrument_id!: string;
  @TextField() readonly symbol!: string;
  @ChoiceField(EXCHANGES) readonly exchange!: Exchange;
  @ChoiceField(ACTION_TYPES) readonly type!: ActionType;
  @DayField() readonly ex_date!: string;
  @CountField() readonly sequence!: number;
  @DayField({ nullable: true }) readonly pay_date!: string | null;
  @AmountField({ nullable: true }) readonly amount_per_share!: string | null;
  @TextField({ nullable: true }) readonly currency!: string | null;
  @AmountField({ nullable: true }) readonly withholding_tax_pct!: string | null;
  @TextField({ nullable: true, description: 'new:old' }) readonly ratio!: string | null;
  @TextField({ nullable: true }) readonly note!: string | null;
  @ChoiceField(ANNOUNCEMENT_STATUSES) readonly status!: AnnouncementStatus;
  @CountField() readonly revision!: number;
  @ChoiceField(SOURCES) readonly source!: ActionSource;
  @ListField(DoubtDto) readonly doubts!: readonly DoubtDto[];
  @ChoiceField(SCOPES) readonly scope!: 'all' | 'tenant';
  @InstantField() readonly created_at!: string;
  @InstantField() readonly updated_at!: string;
  @CountField() readonly version!: number;
}

class IngestFailureDto implements IngestFailure {
  @ChoiceField(SOURCES) readonly source!: ActionSource;
  @TextField() readonly symbol!: string;
  @ChoiceField(EXCHANGES) readonly exchange!: Exchange;
  @TextField() readonly reason!: string;
}

export class IngestDto implements IngestView {
  @TextField({ description: 'Names of the providers, comma-separated; `none` where the settings name none' }) readonly source!: string;
  @CountField() readonly instruments!: number;
  @CountField() readonly announced!: number;
  @CountField() readonly doubtful!: number;
  @CountField({ description: 'Answers that could not be had or used; the next run asks again' }) readonly failed!: number;
  @ListField(IngestFailureDto) readonly failures!: readonly IngestFailureDto[];
}

export class ProcessDto implements ProcessView {
  @CountField() readonly tenants!: number;
  @CountField({ description: 'Events of positions that ex-dates made' }) readonly applied!: number;
  @CountField() readonly paid!: number;
  @CountField() readonly reinvested!: number;
  @CountField({ description: 'Actions of which some position still waits' }) readonly waiting!: number;
}
