import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { eventTypes, schemaVersionOf } from '../../contracts/catalog';
import { dataOf } from '../event-store/event-data';
import type { RecordedEvent } from '../event-store/event-store.port';
import { ChoiceField, CountField, InstantField, OpenField, TextField } from './answer.decorators';
import { IsInstant } from './decimal.validator';
import { PageDto } from './page.dto';

export class TimelineDto extends PageDto {
  @ApiPropertyOptional({ enum: eventTypes() })
  @IsOptional()
  @IsIn(eventTypes())
  readonly type?: string;

  @IsInstant({ optional: true, description: 'Happened at or after' })
  readonly from?: string;

  @IsInstant({ optional: true, description: 'Happened before' })
  readonly to?: string;
}

export class ListEventsDto extends TimelineDto {
  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly position_id?: string;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly portfolio_id?: string;

  /** A tick_id, a corporate action's id or a request id. */
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly correlation_id?: string;

  /** Streams whose name begins like this: `order-` or `order-<id>`. */
  @ApiPropertyOptional({ type: String, maxLength: 300 })
  @IsOptional()
  @IsString()
  @Length(1, 300)
  readonly stream?: string;
}

export class EventDto {
  @TextField() readonly event_id!: string;
  @ChoiceField(eventTypes()) readonly type!: string;
  @CountField({ description: 'Of the data as it is here: events of older versions are shown in the shape of today' })
  readonly schema_version!: number;
  @TextField() readonly tenant_id!: string;
  @TextField() readonly stream!: string;
  @CountField({ description: 'Place in its stream, from 1' }) readonly version!: number;
  @CountField() readonly log!: number;
  @CountField({ description: 'Place in the log' }) readonly position!: number;
  @InstantField({ description: 'When it happened' }) readonly ts!: string;
  @InstantField({ description: 'When it was recorded; never decreases within a log' }) readonly recorded_at!: string;
  @TextField({ nullable: true }) readonly portfolio_id!: string | null;
  @TextField({ nullable: true }) readonly position_id!: string | null;
  @TextField({ nullable: true }) readonly instrument_id!: string | null;
  @TextField({ nullable: true }) readonly symbol!: string | null;
  @TextField({ description: 'A tick_id, a corporate action id or a request id' }) readonly correlation_id!: string;
  @TextField({ nullable: true, description: 'The event that caused this one' }) readonly causation_id!: string | null;
  @TextField({ description: 'user:<id>, system:<job> or broker:<account>' }) readonly actor!: string;
  @OpenField({ description: 'Depends on the type' }) readonly data!: Readonly<Record<string, unknown>>;
}

export class PublicKeyDto {
  @TextField({ description: 'Ed25519, SubjectPublicKeyInfo in PEM' }) readonly public_key!: string;
}

/** Today's data, whatever version is stored; `expand` completes what is stored without what is usual. Throws UnreadableEvent. */
export function eventView(event: RecordedEvent, expand: (data: object, header: RecordedEvent) => object = (data) => data): EventDto {
  const { unique_key: _key, data: _stored, ...header } = event;
  const data = expand(dataOf(event), event) as EventDto['data'];
  return { ...header, schema_version: schemaVersionOf(event.type), data };
}
