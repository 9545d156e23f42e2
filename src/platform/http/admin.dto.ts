import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import type { RebuildReport } from '../projections/projection-rebuilder';
import type { RowDifference } from '../projections/projection-tables.port';
import type { LogPosition } from '../projections/projection-work';
import type { MessageStatus, QueuedMessage } from '../queue/queue.port';
import type { LostRange } from '../event-store/event-store.port';
import {
  ChoiceField,
  CountField,
  FlagField,
  InstantField,
  ListField,
  OpenField,
  PartField,
  TextField,
  TextsField,
} from './answer.decorators';
import { wholeNumber } from './page.dto';
import { LARGEST_PAGE } from './page-size';

export const MESSAGE_STATUSES: readonly MessageStatus[] = ['READY', 'LEASED', 'DEAD'];
const USUAL_LIMIT = 50;

/** The oldest ones; what is worked off makes room for the next. */
export class DeadLettersDto {
  /** How many, 1 to 200. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_LIMIT })
  @Transform(wholeNumber)
  @IsInt()
  @Min(1)
  @Max(LARGEST_PAGE)
  readonly limit: number = USUAL_LIMIT;
}

export class ListQueueDto extends DeadLettersDto {
  @ApiPropertyOptional({ enum: MESSAGE_STATUSES })
  @IsOptional()
  @IsIn(MESSAGE_STATUSES)
  readonly status?: MessageStatus;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly queue?: string;

  @ApiPropertyOptional({ type: String, maxLength: 100 })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly tenant_id?: string;
}

export class QueueMessageDto {
  @TextField({ description: 'For redrive and discard: tenant, queue and message in one' }) readonly id!: string;
  @TextField() readonly tenant_id!: string;
  @TextField() readonly queue!: string;
  @TextField({ description: 'Names the work: the id of the order' }) readonly message_id!: string;
  @TextField({ description: 'JSON text' }) readonly payload!: string;
  @ChoiceField(MESSAGE_STATUSES) readonly status!: MessageStatus;
  @CountField() readonly attempts!: number;
  @InstantField() readonly available_at!: string;
  @InstantField({ nullable: true }) readonly lease_until!: string | null;
  @TextField({ nullable: true }) readonly last_error!: string | null;
  @InstantField() readonly created_at!: string;
}

export const queueMessage = (message: QueuedMessage): QueueMessageDto => ({
  id: `${message.tenantId}:${message.queue}:${message.id}`,
  tenant_id: message.tenantId,
  queue: message.queue,
  message_id: message.id,
  payload: message.payload,
  status: message.status,
  attempts: message.attempts,
  available_at: message.availableAt,
  lease_until: message.leaseUntil,
  last_error: message.lastError,
  created_at: message.createdAt,
});

/** Tenant, queue and message of an `id` from the list; null where it is none. No tenant's or queue's name holds a colon. */
export function messageKeyOf(id: string): readonly [tenantId: string, queue: string, messageId: string] | null {
  const match = /^([^:]+):([^:]+):(.+)$/s.exec(id);
  if (!match) return null;
  const [, tenantId = '', queue = '', messageId = ''] = match;
  return [tenantId, queue, messageId];
}

export class ProjectionNameDto {
  /** All of them where it is missing. */
  @ApiPropertyOptional({ type: String, maxLength: 100, example: 'positions' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  readonly name?: string;
}

export class LogPositionDto implements LogPosition {
  @CountField() readonly log!: number;
  @CountField() readonly position!: number;
}

export class FormerTableDto {
  @TextField({ description: 'Names and versions of the projections that made it' }) readonly version!: string;
  @ListField(LogPositionDto, { description: 'Where it stands; a rollback folds the rest' }) readonly positions!: readonly LogPositionDto[];
}

export class OpenBuildDto {
  @TextField() readonly version!: string;
  @InstantField() readonly started_at!: string;
  @CountField({ description: 'Events folded' }) readonly events!: number;
  @CountField({ description: 'Events there are' }) readonly total!: number;
}

export class ProjectionDto {
  @TextField() readonly name!: string;
  @CountField({ description: 'Of the program that runs' }) readonly version!: number;
  @TextField() readonly table!: string;
  @CountField() readonly rows!: number;
  @TextField({ nullable: true, description: 'Names and versions of the projections that made the live table' }) readonly live!:
    string | null;
  @PartField(FormerTableDto, { nullable: true, description: 'What a rollback brings back' }) readonly former!: FormerTableDto | null;
  @PartField(OpenBuildDto, { nullable: true, description: 'A rebuild that runs, or was interrupted and goes on with the next' })
  readonly building!: OpenBuildDto | null;
}

export class FormerNameDto {
  @ApiProperty({ type: String, maxLength: 100, example: 'positions' })
  @IsString()
  @Length(1, 100)
  readonly name!: string;
}

export class RebuiltTableDto {
  @TextField() readonly table!: string;
  @CountField() readonly rows!: number;
}

export class RebuildDto implements RebuildReport {
  @ListField(LogPositionDto, { description: 'The tables are what each log says up to here' })
  readonly positions!: readonly LogPositionDto[];
  @ListField(RebuiltTableDto) readonly tables!: readonly RebuiltTableDto[];
}

export class RowDifferenceDto implements RowDifference {
  @ChoiceField(['changed', 'missing', 'surplus']) readonly kind!: RowDifference['kind'];
  @TextField() readonly table!: string;
  @OpenField() readonly key!: RowDifference['key'];
  @TextField({ nullable: true }) readonly column!: string | null;
  @TextField({ nullable: true }) readonly live!: string | null;
  @TextField({ nullable: true }) readonly expected!: string | null;
}

export class ComparedTableDto {
  @TextField() readonly table!: string;
  @CountField({ description: 'Rows that the log says there should be' }) readonly rows!: number;
  @CountField() readonly changed!: number;
  @CountField() readonly missing!: number;
  @CountField() readonly surplus!: number;
  @ListField(RowDifferenceDto) readonly differences!: readonly RowDifferenceDto[];
}

export class ProjectionCheckDto {
  @ListField(LogPositionDto, { description: 'Logs and tables were compared as they were at these positions' })
  readonly positions!: readonly LogPositionDto[];
  @FlagField() readonly equal!: boolean;
  @ListField(ComparedTableDto) readonly tables!: readonly ComparedTableDto[];
}

export class BadEventDto {
  @CountField() readonly log!: number;
  @CountField() readonly position!: number;
  @TextField() readonly reason!: string;
}

export class LostRangeDto implements LostRange {
  @CountField() readonly from!: number;
  @CountField() readonly to!: number;
}

export class WitnessDto {
  @CountField() readonly position!: number;
  @TextField({ description: 'Hash of the chain up to there' }) readonly chain!: string;
  @InstantField() readonly recorded_at!: string;
  @InstantField({ nullable: true, description: 'Null where the process died before it signed' }) readonly signed_at!: string | null;
}

export class OneLogCheckDto {
  @CountField() readonly log!: number;
  @CountField({ description: 'Events that hold' }) readonly events!: number;
  @TextField({ description: 'Hash of the chain up to there' }) readonly head!: string;
  @PartField(BadEventDto, { nullable: true }) readonly first_bad!: BadEventDto | null;
  @ListField(LostRangeDto) readonly losses!: readonly LostRangeDto[];
  @PartField(WitnessDto, { nullable: true }) readonly witness!: WitnessDto | null;
}

export class LogCheckDto {
  @FlagField({ description: 'Every chain holds, nothing is lost, and the schema is the one it should be' }) readonly intact!: boolean;
  @CountField({ description: 'Events of all logs that hold' }) readonly events!: number;
  @TextField({ description: 'Hash of the chain of the first log up to there' }) readonly head!: string;
  @PartField(BadEventDto, { nullable: true }) readonly first_bad!: BadEventDto | null;
  @ListField(OneLogCheckDto) readonly logs!: readonly OneLogCheckDto[];
  @TextsField({ description: 'What is wrong with tables, indexes, triggers and pages' }) readonly storage!: readonly string[];
  @TextsField({ description: 'What is wrong with the files of heads' }) readonly heads!: readonly string[];
}
