import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import type { PortfolioView } from '../contracts/portfolio';
import { CountField, InstantField, TextField } from '../platform/http/answer.decorators';

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
