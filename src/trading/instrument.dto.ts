import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { EXCHANGES } from '../contracts/exchanges';
import { ASSET_TYPES, type AssetType, type Exchange, type InstrumentView } from '../contracts/instrument';
import { AmountField, ChoiceField, InstantField, TextField } from '../platform/http/answer.decorators';
import { IsDecimal } from '../platform/http/decimal.validator';
import { PageDto } from '../platform/http/page.dto';

export class AddInstrumentDto {
  @ApiProperty({ type: String, pattern: '^[A-Z0-9][A-Z0-9.=^/-]{0,19}$', example: 'KO' })
  @Matches(/^[A-Z0-9][A-Z0-9.=^/-]{0,19}$/, { message: '$property must be 1 to 20 of the characters A-Z 0-9 . - / = ^' })
  readonly symbol!: string;

  @ApiProperty({ enum: EXCHANGES, example: 'XNYS' })
  @IsIn(EXCHANGES)
  readonly exchange!: Exchange;

  @ApiProperty({ enum: ASSET_TYPES, example: 'EQUITY' })
  @IsIn(ASSET_TYPES)
  readonly asset_type!: AssetType;

  @ApiProperty({ type: String, pattern: '^[A-Z]{3,5}$', example: 'USD' })
  @Matches(/^[A-Z]{3,5}$/, { message: '$property must be a currency code such as USD' })
  readonly currency!: string;

  @IsDecimal({ optional: true, positive: true, description: 'Smallest step of a price', example: '0.01' })
  readonly tick_size?: string | null;

  @IsDecimal({
    optional: true,
    positive: true,
    description: 'Smallest tradable quantity; without it the order policy decides',
    example: '1',
  })
  readonly lot_size?: string | null;
}

export class ListInstrumentsDto extends PageDto {
  @ApiPropertyOptional({ type: String, maxLength: 40 })
  @IsOptional()
  @IsString()
  @Length(1, 40)
  readonly symbol?: string;

  @ApiPropertyOptional({ enum: EXCHANGES })
  @IsOptional()
  @IsIn(EXCHANGES)
  readonly exchange?: Exchange;
}

export class InstrumentDto implements InstrumentView {
  @TextField() readonly id!: string;
  @TextField() readonly symbol!: string;
  @ChoiceField(EXCHANGES) readonly exchange!: Exchange;
  @ChoiceField(ASSET_TYPES) readonly asset_type!: AssetType;
  @TextField() readonly currency!: string;
  @AmountField({ nullable: true }) readonly tick_size!: string | null;
  @AmountField({ nullable: true }) readonly lot_size!: string | null;
  /** Where the simulated feed continues from. */
  @AmountField({ nullable: true }) readonly reference_price!: string | null;
  @InstantField({ nullable: true }) readonly reference_at!: string | null;
  @InstantField() readonly created_at!: string;
}
