import type {
  EvaluationAction,
  EvaluationData,
  EvaluationQuote,
  EvaluationView,
  Session,
  SettingValues,
  TriggerKind,
} from '../contracts/evaluation';
import type { PricePolicy } from '../contracts/order';
import type { PositionStatus } from '../contracts/position';
import {
  AmountField,
  ChoiceField,
  CountField,
  DayField,
  FlagField,
  InstantField,
  OpenField,
  PartField,
  TextField,
} from '../platform/http/answer.decorators';
import { PRICE_POLICIES } from '../rules/settings';
import { POSITION_STATUSES } from './position.dto';

const SIDES = ['HOLD', 'BUY', 'SELL'] as const;

export class EvaluationQuoteDto implements EvaluationQuote {
  @InstantField() readonly ts!: string;
  @TextField({ nullable: true }) readonly bid!: string | null;
  @TextField({ nullable: true }) readonly ask!: string | null;
  @TextField({ nullable: true }) readonly last!: string | null;
  @TextField() readonly source!: string;
}

/** The position as the rules saw it. */
export class EvaluatedPositionDto {
  @ChoiceField(POSITION_STATUSES) readonly status!: PositionStatus;
  @CountField() readonly version!: number;
  @CountField() readonly quote_epoch!: number;
  @FlagField() readonly order_pending!: boolean;
  /** Why it holds until a corporate action is applied. */
  @TextField({ nullable: true }) readonly action_pending!: string | null;
  @AmountField() readonly qty!: string;
  @AmountField() readonly cash!: string;
  @AmountField() readonly dividend_receivable!: string;
  @AmountField({ nullable: true }) readonly anchor_price!: string | null;
  @FlagField() readonly anchor_from_first_price!: boolean;
  @AmountField() readonly qty_step!: string;
  @CountField({ description: 'Orders of this exchange-local day before this evaluation' }) readonly day_orders!: number;
  @AmountField({ description: 'Notional of this exchange-local day before this evaluation' }) readonly day_notional!: string;
}

export class SignalDto {
  @ChoiceField(SIDES) readonly side!: (typeof SIDES)[number];
  @TextField() readonly reason!: string;
}

/** What the order would change, commission estimated. */
export class DeltasDto {
  @AmountField() readonly qty!: string;
  @AmountField() readonly cash!: string;
  @AmountField() readonly commission!: string;
}

export class EvaluationDto implements EvaluationView {
  @TextField() readonly position_id!: string;
  @TextField() readonly portfolio_id!: string;
  @TextField() readonly instrument_id!: string;
  @TextField() readonly symbol!: string;
  @TextField({ nullable: true }) readonly tick_id!: string | null;
  @ChoiceField(['tick', 'manual', 'daily', 'drift']) readonly trigger_kind!: TriggerKind;
  @InstantField() readonly evaluated_at!: string;
  @ChoiceField(['REGULAR', 'EXTENDED', 'CLOSED', 'UNKNOWN']) readonly session!: Session;
  @TextField() readonly calendar_version!: string;
  @DayField({ nullable: true }) readonly day!: string | null;
  @PartField(EvaluationQuoteDto, { nullable: true }) readonly quote!: EvaluationQuoteDto | null;
  @FlagField() readonly historical!: boolean;
  @OpenField({ nullable: true, description: 'Last good price, candidate and confirmations before this quote' })
  readonly quote_memory!: EvaluationData['quote_memory'];
  @OpenField({ nullable: true, description: 'The same afterwards, where it is not simply this quote' })
  readonly quote_memory_after!: EvaluationData['quote_memory_after'];
  @ChoiceField(PRICE_POLICIES) readonly price_policy!: PricePolicy;
  @ChoiceField(PRICE_POLICIES, { nullable: true }) readonly price_source!: PricePolicy | null;
  @AmountField({ nullable: true }) readonly price_effective!: string | null;
  @PartField(EvaluatedPositionDto) readonly position!: EvaluatedPositionDto;
  @OpenField({ description: 'Settings that differ from the product defaults' }) readonly settings!: SettingValues;
  @CountField() readonly defaults_version!: number;
  @TextField() readonly config_version!: string;
  @TextField() readonly trigger_decision!: string;
  @ChoiceField(['HOLD', 'BUY', 'SELL', 'REJECT']) readonly action!: EvaluationAction;
  @TextField() readonly reason!: string;
  @AmountField({ nullable: true }) readonly qty!: string | null;
  @OpenField({ nullable: true, description: 'Every step from the raw quantity on' }) readonly sizing!: EvaluationData['sizing'];
  @OpenField({ nullable: true, description: 'Every cap with its quantity, and which one binds' })
  readonly guardrail_decision!: EvaluationData['guardrail_decision'];
  @OpenField({ nullable: true }) readonly order_policy!: EvaluationData['order_policy'];
  @TextField({ nullable: true }) readonly order_id!: string | null;
  @PartField(SignalDto) readonly signal!: SignalDto;
  @PartField(DeltasDto, { nullable: true }) readonly deltas!: DeltasDto | null;
  @FlagField({ description: 'Nothing was recorded or ordered' }) readonly dry_run!: boolean;
}
