import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { EXCHANGES } from '../contracts/exchanges';
import type { Exchange } from '../contracts/instrument';
import { CountField, InstantField, ListField, OpenField, TextField, ChoiceField } from '../platform/http/answer.decorators';
import { IsDecimal, IsTradingDay } from '../platform/http/decimal.validator';
import { FILL_MODELS } from './fill-model';
import { JOB_STATUSES, type JobStatus, type JobView } from './job.table';
import type { TapeView } from './tape.table';
import type { ActionInput, PositionInput } from './simulation-request';
import type { SimulationInput, SweepInput } from './simulations.service';
import { SWEEP_METRICS } from './sweep-metrics';
import type { ParameterRange } from './sweep-plan';
import type { PresetView } from './preset.table';

export class TapeSourceDto {
  @ApiProperty({ type: String, minLength: 1, maxLength: 32 })
  @Matches(/^[A-Za-z0-9.^=_/-]{1,32}$/, { message: '$property must be a symbol of at most 32 letters, digits and .^=_/-' })
  readonly symbol!: string;

  @ApiPropertyOptional({ type: String, enum: EXCHANGES, default: 'XNYS' })
  @IsIn(EXCHANGES)
  readonly exchange: Exchange = 'XNYS';

  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly name?: string;
}

export class AddTapeDto extends TapeSourceDto {
  /** The bars as CSV text, header `date|ts,open,high,low,close,volume`; more than 1 MB goes as text/csv to /v1/tapes/csv. */
  @ApiPropertyOptional({ type: String })
  @IsOptional()
  @IsString()
  readonly csv?: string;

  /** `closes`: the regular closes that this system recorded; `provider`: daily bars of the history provider. */
  @ApiPropertyOptional({ type: String, enum: ['closes', 'provider'] })
  @IsOptional()
  @IsIn(['closes', 'provider'])
  readonly source?: 'closes' | 'provider';

  /** The quotes that this position's evaluations really saw. */
  @ApiPropertyOptional({ type: String, maxLength: 64 })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly position_id?: string;

  @IsTradingDay({ optional: true }) readonly from?: string;
  @IsTradingDay({ optional: true }) readonly to?: string;
}

export class TapeDto implements TapeView {
  @TextField() readonly id!: string;
  @TextField() readonly name!: string;
  @TextField() readonly symbol!: string;
  @TextField() readonly exchange!: Exchange;
  @TextField() readonly source!: string;
  @TextField({ description: 'SHA-256 of the bars' }) readonly hash!: string;
  @CountField() readonly bars!: number;
  @TextField() readonly first!: string;
  @TextField() readonly last!: string;
  @InstantField() readonly created_at!: string;
}

export class ActionDto implements ActionInput {
  @IsTradingDay() readonly ex_date!: string;

  @ApiProperty({ type: String, enum: ['dividend', 'split'] })
  @IsIn(['dividend', 'split'])
  readonly type!: string;

  /** Amount per share, or new over old shares as a decimal or `1/3`. */
  @ApiProperty({ type: String, example: '0.37' })
  @Matches(/^[0-9./]{1,30}$/, { message: '$property must be a decimal, or two whole numbers such as 1/3' })
  readonly value!: string;

  @IsTradingDay({ optional: true }) readonly pay_date?: string;
}

export class SimulatedPositionDto implements PositionInput {
  @ApiProperty({ type: String, maxLength: 64 })
  @IsString()
  @MaxLength(64)
  readonly tape_id!: string;

  @IsDecimal({ min: '0', example: '100000' }) readonly cash!: string;
  @IsDecimal({ min: '0', optional: true, description: 'Shares to start with; they cost no cash' }) readonly qty?: string;
  @IsDecimal({ min: '0', max: '100', optional: true, description: 'Percent of the cash to put into stock at the first close' })
  readonly stock_pct?: string;

  /** Settings by name; what is left out is as in `vb simulate`. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @IsObject()
  readonly config?: Readonly<Record<string, unknown>>;

  @ApiPropertyOptional({ type: [ActionDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(5_000)
  @ValidateNested({ each: true })
  @Type(() => ActionDto)
  readonly actions?: readonly ActionDto[];
}

export class RangeDto {
  @IsTradingDay({ optional: true }) readonly start?: string;
  @IsTradingDay({ optional: true }) readonly end?: string;

  @ApiPropertyOptional({ type: String, enum: FILL_MODELS, default: 'close' })
  @IsOptional()
  @IsIn(FILL_MODELS)
  readonly fill?: string;

  @IsDecimal({ min: '0', max: '4999.99999999', optional: true, example: '5' }) readonly slippage_bps?: string;
  @IsDecimal({ min: '0', max: '4999.99999999', optional: true, example: '2' }) readonly spread_bps?: string;
}

export class PresetRangeDto extends RangeDto {
  /** A saved or built-in configuration that `config` changes. */
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly preset?: string;
}

export class StartSimulationDto extends PresetRangeDto implements SimulationInput {
  /** One per symbol; together they are the portfolio. */
  @ApiProperty({ type: [SimulatedPositionDto], minItems: 1, maxItems: 100 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => SimulatedPositionDto)
  readonly positions!: readonly SimulatedPositionDto[];
}

export class RerunDto extends RangeDto {
  /** Settings that are to be different. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @IsObject()
  readonly config?: Readonly<Record<string, unknown>>;
}

export class RandomSearchDto {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 10_000 })
  @IsInt()
  @Min(1)
  @Max(10_000)
  readonly runs!: number;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 4_294_967_295 })
  @IsInt()
  @Min(0)
  @Max(4_294_967_295)
  readonly seed!: number;
}

export class WalkForwardDto {
  @ApiProperty({ type: 'integer', minimum: 2, maximum: 36_500 })
  @IsInt()
  @Min(2)
  @Max(36_500)
  readonly train_days!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 36_500 })
  @IsInt()
  @Min(1)
  @Max(36_500)
  readonly test_days!: number;
}

export class StartSweepDto extends PresetRangeDto implements SweepInput {
  @ApiProperty({ type: SimulatedPositionDto })
  @IsObject()
  @ValidateNested()
  @Type(() => SimulatedPositionDto)
  readonly position!: SimulatedPositionDto;

  /** By setting: `{values: [...]}`, or `{from, to, step}` with both ends among the values. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { up_threshold_pct: { from: '1', to: '5', step: '1' } } })
  @IsObject()
  readonly parameters!: Readonly<Record<string, ParameterRange>>;

  @ApiPropertyOptional({ type: RandomSearchDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RandomSearchDto)
  readonly random?: RandomSearchDto;

  /** Such as `up_threshold_pct <= down_threshold_pct`. */
  @ApiPropertyOptional({ type: [String], maxItems: 20 })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  readonly constraints?: readonly string[];

  @ApiPropertyOptional({ type: String, enum: SWEEP_METRICS, default: 'sharpe' })
  @IsOptional()
  @IsIn(SWEEP_METRICS)
  readonly metric?: string;

  @ApiPropertyOptional({ type: WalkForwardDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => WalkForwardDto)
  readonly walk_forward?: WalkForwardDto;
}

export class JobDto {
  @TextField() readonly id!: string;
  @TextField() readonly kind!: string;
  @ChoiceField(JOB_STATUSES) readonly status!: JobStatus;
  @CountField({ description: 'Runs that are done' }) readonly done!: number;
  @CountField() readonly total!: number;
  @CountField({ description: 'Runs that were found, not computed' }) readonly cached!: number;
  @ApiProperty({ type: Number, nullable: true }) readonly remaining_seconds!: number | null;
  @TextField({ nullable: true }) readonly error!: string | null;
  @OpenField() readonly request!: JobView['request'];
  @OpenField({ nullable: true, description: 'Results, benchmarks, warnings and definitions, once it is done' })
  readonly summary!: JobView['summary'];
  @InstantField() readonly created_at!: string;
  @InstantField({ nullable: true }) readonly started_at!: string | null;
  @InstantField({ nullable: true }) readonly finished_at!: string | null;
}

export class RowsDto {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  readonly items!: readonly object[];
}

export class RunDto {
  @TextField() readonly run_id!: string;
  @TextField() readonly job_id!: string;
  @OpenField() readonly parameters!: Readonly<Record<string, string>>;
  @OpenField() readonly result!: object;
  @OpenField({ nullable: true, description: 'Trades, reasons, drawdowns, months, warnings' }) readonly details!: object | null;
}

export class SavePresetDto {
  @ApiProperty({ type: 'object', additionalProperties: true })
  @IsObject()
  readonly config!: Readonly<Record<string, unknown>>;
}

export class PresetDto implements PresetView {
  @TextField() readonly name!: string;
  @ApiProperty({ type: Boolean }) readonly built_in!: boolean;
  @OpenField() readonly config!: Readonly<Record<string, unknown>>;
}

export class PresetsDto {
  @ListField(PresetDto) readonly items!: readonly PresetDto[];
}
