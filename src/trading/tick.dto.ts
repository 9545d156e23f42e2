import type { TickView } from '../contracts/tick';
import { ChoiceField, CountField, InstantField } from '../platform/http/answer.decorators';
import { IsInstant } from '../platform/http/decimal.validator';

const TICK_STATUSES: readonly TickView['status'][] = ['completed', 'incomplete', 'already_completed'];

export class RunTickDto {
  @IsInstant({ optional: true, description: 'The scheduled instant; now where it is missing' })
  readonly tick_id?: string;
}

export class TickDto implements TickView {
  @InstantField() readonly tick_id!: string;
  @ChoiceField(TICK_STATUSES) readonly status!: TickView['status'];
  @CountField({ description: 'Positions that the tick covers' }) readonly positions!: number;
  @CountField() readonly evaluated!: number;
  @CountField() readonly holds!: number;
  @CountField() readonly orders!: number;
  @CountField({ description: 'Recorded by another process or an earlier try' }) readonly already_evaluated!: number;
  @CountField({ description: 'Above 0 the tick stays open: send the same tick_id again' }) readonly failed!: number;
}
