/** An evaluation: what the rules said about one position at one instant, with everything needed to say it again. */
import { Command } from '@nestjs/cqrs';
import type { AmountText } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { EventSubject } from '../kernel/decider';
import type { GuardrailOutcome, OrderPolicyOutcome, SizingOutcome } from '../rules/evaluation';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import type { PricePolicy } from './order';
import type { PositionStatus } from './position';

export type Session = 'REGULAR' | 'EXTENDED' | 'CLOSED' | 'UNKNOWN';
export type TriggerKind = 'tick' | 'manual' | 'daily' | 'drift';
export type EvaluationAction = 'HOLD' | 'BUY' | 'SELL' | 'REJECT';

/** A quote as the evaluation saw it. Values are text from the provider, perhaps no amounts at all: the quote gate judges them. */
export interface EvaluationQuote {
  readonly ts: Instant;
  readonly bid: string | null;
  readonly ask: string | null;
  readonly last: string | null;
  readonly source: string;
}

/** Setting values by name, as text, numbers and booleans. */
export type SettingValues = Readonly<Record<string, string | number | boolean | null>>;

export interface EvaluationData {
  readonly position_id: string;
  readonly portfolio_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly tick_id: string | null;
  readonly trigger_kind: TriggerKind;
  /** The instant the rules judged by: session, quote age and day follow from it. */
  readonly evaluated_at: Instant;
  readonly session: Session;
  readonly calendar_version: string;
  readonly day: TradingDay | null;
  readonly quote: EvaluationQuote | null;
  /** True: a recorded bar, which is historical fact, or a price that a person named; no age, jump or spread check applies. */
  readonly historical: boolean;
  /** What the quote gate remembered before this quote: last good price, candidate, confirmations. */
  readonly quote_memory: QuoteMemory | null;
  /** What it remembers afterwards, where that is not simply this quote (or, unusable, nothing new). */
  readonly quote_memory_after: QuoteMemory | null;
  readonly price_policy: PricePolicy;
  readonly price_source: PricePolicy | null;
  readonly price_effective: AmountText | null;
  readonly position: {
    readonly status: PositionStatus;
    readonly version: number;
    /** Raised when a halt is resolved; the quote gate's memory belongs to one epoch. */
    readonly quote_epoch: number;
    readonly order_pending: boolean;
    /** Why the position holds until a corporate action is applied; null where none waits. */
    readonly action_pending: string | null;
    readonly qty: AmountText;
    readonly cash: AmountText;
    readonly dividend_receivable: AmountText;
    readonly anchor_price: AmountText | null;
    readonly anchor_from_first_price: boolean;
    readonly qty_step: AmountText;
    /** Orders and notional of this exchange-local day before this evaluation. */
    readonly day_orders: number;
    readonly day_notional: AmountText;
  };
  /** Settings that differ from the product's defaults of `defaults_version`. */
  readonly settings: SettingValues;
  readonly defaults_version: number;
  readonly config_version: string;
  readonly trigger_decision: string;
  readonly action: EvaluationAction;
  readonly reason: string;
  readonly qty: AmountText | null;
  readonly sizing: SizingOutcome | null;
  readonly guardrail_decision: GuardrailOutcome | null;
  readonly order_policy: OrderPolicyOutcome | null;
  readonly order_id: string | null;
  readonly signal: { readonly side: 'HOLD' | 'BUY' | 'SELL'; readonly reason: string };
  /** What the order would change: shares and cash, commission estimated. */
  readonly deltas: { readonly qty: AmountText; readonly cash: AmountText; readonly commission: AmountText } | null;
}

type Position = EvaluationData['position'];
type AlwaysStored = 'evaluated_at' | 'calendar_version' | 'reason';
/** The header says what the evaluation is about, and the signal repeats action and reason. */
type NeverStored = 'portfolio_id' | 'position_id' | 'instrument_id' | 'symbol' | 'signal';
type StoredInShort = 'position' | 'quote_memory' | 'quote_memory_after';
type AlwaysStoredOfPosition = 'version' | 'qty' | 'cash' | 'anchor_price' | 'qty_step';

/** As it is stored: what is as usual, and what the event's header says already, is left out. */
export type RecordedEvaluation = Pick<EvaluationData, AlwaysStored> &
  Partial<Omit<EvaluationData, AlwaysStored | NeverStored | StoredInShort>> & {
    readonly position: Pick<Position, AlwaysStoredOfPosition> & Partial<Omit<Position, AlwaysStoredOfPosition>>;
    readonly quote_memory?: Partial<QuoteMemory>;
    readonly quote_memory_after?: Partial<QuoteMemory>;
  };

export type EvaluationEvent = {
  readonly type: 'EvaluationRecorded';
  readonly data: RecordedEvaluation;
  readonly subject?: EventSubject;
};
export type RecordEvaluation = { readonly type: 'RecordEvaluation'; readonly data: EvaluationData };

export interface EvaluationView extends EvaluationData {
  readonly dry_run: boolean;
}

/** Evaluates one position now; orders as a tick would unless `dryRun`. */
export class EvaluatePosition extends Command<EvaluationView> {
  constructor(
    readonly context: CommandContext,
    readonly positionId: string,
    readonly options: { readonly price: AmountText | null; readonly dryRun: boolean },
  ) {
    super();
  }
}
