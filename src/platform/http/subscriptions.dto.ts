import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import type { ParkedState } from '../subscriptions/parked-streams';
import { DeadLettersDto } from './admin.dto';
import { ChoiceField, CountField, FlagField, InstantField, TextField } from './answer.decorators';

export class SubscriptionDto {
  @TextField() readonly name!: string;
  @CountField() readonly log!: number;
  @CountField({ description: 'Part of the log, from 0: each stream belongs to one' }) readonly partition!: number;
  @CountField({ description: 'Everything up to here is handled, or kept back in a parked stream' }) readonly position!: number;
  @CountField({ description: 'Events of the log that it has not seen yet' }) readonly lag!: number;
  @TextField({ nullable: true, description: 'The process that reads it' }) readonly holder!: string | null;
  @InstantField({ nullable: true, description: 'When another process may take over, unless the holder gives a sign of life' })
  readonly lease_until!: string | null;
  @FlagField({ description: 'The process that answers is the one that reads it' }) readonly held_here!: boolean;
  @CountField({ description: 'Failures since it last got on; 0 where another process reads it' }) readonly failures!: number;
  @TextField({ nullable: true }) readonly last_error!: string | null;
}

/** The longest parked ones; what is worked off makes room for the next. */
export class ListParkedDto extends DeadLettersDto {
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly subscription?: string;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly tenant_id?: string;
}

export const PARKED_STATES: readonly ParkedState[] = ['PARKED', 'REDRIVE', 'DISCARD'];

export class ParkedStreamDto {
  @TextField({ description: 'For redrive and discard: log, tenant, subscription and stream in one' }) readonly id!: string;
  @CountField() readonly log!: number;
  @TextField() readonly tenant_id!: string;
  @TextField() readonly subscription!: string;
  @TextField() readonly stream!: string;
  @CountField({ description: 'Position of the event that fails, with which the stream goes on' }) readonly first_position!: number;
  @CountField({ description: 'Its version in the stream' }) readonly first_version!: number;
  @TextField() readonly error!: string;
  @CountField() readonly tries!: number;
  @InstantField() readonly parked_at!: string;
  @ChoiceField(PARKED_STATES, { description: 'PARKED waits for an operator, the others for the process that reads the partition' })
  readonly state!: ParkedState;
}
