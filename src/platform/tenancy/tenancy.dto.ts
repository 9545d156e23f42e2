import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsEmail, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { ROLES, type Role } from '../../contracts/tenancy';

export class CreateTenantDto {
  @ApiProperty({ type: String, minLength: 1, maxLength: 100, example: 'Acme Capital' })
  @IsString()
  @Length(1, 100)
  readonly name!: string;

  /** Kept in an erasable table, never in an event. */
  @ApiPropertyOptional({ type: String, format: 'email', maxLength: 254 })
  @IsOptional()
  @IsEmail()
  @MaxLength(254)
  readonly owner_email?: string;
}

export class CreatedTenantDto {
  @ApiProperty({ type: String }) readonly id!: string;
  @ApiProperty({ type: String }) readonly name!: string;
  @ApiProperty({ type: String }) readonly owner_user_id!: string;
  @ApiProperty({ type: String, format: 'date-time' }) readonly created_at!: string;
  /** The owner's key; told once. */
  @ApiPropertyOptional({ type: String }) readonly key?: string;
  /** In place of the key where a request is repeated. */
  @ApiPropertyOptional({ type: Boolean }) readonly secret_already_shown?: boolean;
}

export class IssueApiKeyDto {
  @ApiProperty({ enum: ROLES, isArray: true, example: ['owner'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROLES.length)
  @ArrayUnique()
  @IsIn(ROLES, { each: true })
  readonly roles!: readonly Role[];

  @ApiPropertyOptional({ type: String, maxLength: 100, example: 'trading bot' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly label?: string;
}

export class ApiKeyDto {
  @ApiProperty({ type: String }) readonly id!: string;
  @ApiProperty({ type: String }) readonly user_id!: string;
  @ApiProperty({ enum: ROLES, isArray: true }) readonly roles!: readonly Role[];
  @ApiProperty({ type: String }) readonly label!: string;
  @ApiProperty({ type: String, format: 'date-time' }) readonly created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revoked_at!: string | null;
}

export class IssuedApiKeyDto extends ApiKeyDto {
  /** Told once. */
  @ApiPropertyOptional({ type: String }) readonly key?: string;
  /** In place of the key where a request is repeated. */
  @ApiPropertyOptional({ type: Boolean }) readonly secret_already_shown?: boolean;
}
