/** Announcements of corporate actions: from a person or a provider, for everybody (tenant `system`) or for one tenant alone. */
import { Command, Query } from '@nestjs/cqrs';
import type { AmountText } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Exchange } from './instrument';

export const ACTION_TYPES = ['CASH_DIVIDEND', 'SPLIT', 'MERGER', 'SPIN_OFF', 'SYMBOL_CHANGE', 'DELISTING'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];
/** Types that only a person can book: positions halt on the ex-date. */
export const HALTING_TYPES = ['MERGER', 'SPIN_OFF', 'SYMBOL_CHANGE', 'DELISTING'] as const;
export type HaltingType = (typeof HALTING_TYPES)[number];

/** A person's word stands above any provider's. */
export type ActionSource = 'manual' | 'csv' | 'yahoo' | 'fake';
export const ANNOUNCEMENT_STATUSES = ['ANNOUNCED', 'REVIEW', 'CANCELLED'] as const;
/** REVIEW: doubtful, it waits for a person and is not applied. */
export type AnnouncementStatus = (typeof ANNOUNCEMENT_STATUSES)[number];

export type DoubtCode = 'EX_DATE_CLOSED' | 'ANNUAL_RATE' | 'DUPLICATE' | 'MISSING_PAY_DATE' | 'EXCEEDS_PRICE' | 'CONFLICT' | 'UNKNOWN_DAY';

export interface Doubt {
  readonly code: DoubtCode;
  /** What is odd, and what to do. */
  readonly message: string;
}

/** What never changes: (instrument, type, ex-date, sequence). Its id says the same, so that two sources meet in one stream. */
export interface AnnouncementKey {
  readonly corporate_action_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly type: ActionType;
  readonly ex_date: TradingDay;
  /** 1, unless several of one type fall on one date. */
  readonly sequence: number;
}

export interface AnnouncementTerms {
  readonly pay_date: TradingDay | null;
  readonly amount_per_share: AmountText | null;
  readonly currency: string | null;
  readonly withholding_tax_pct: AmountText | null;
  /** `new:old` */
  readonly ratio: string | null;
  readonly note: string | null;
}

type Announced = AnnouncementKey &
  AnnouncementTerms & { readonly revision: number; readonly source: ActionSource; readonly doubts: readonly Doubt[] };
type Amended = AnnouncementTerms & {
  readonly revision: number;
  readonly source: ActionSource;
  readonly doubts: readonly Doubt[];
  readonly former: AnnouncementTerms;
};
interface Cancelled {
  readonly revision: number;
  readonly source: ActionSource;
  readonly reason: string;
}

export type AnnouncementEvent =
  | { readonly type: 'DividendAnnounced' | 'SplitAnnounced' | 'InstrumentChangeAnnounced'; readonly data: Announced }
  | { readonly type: 'DividendAmended' | 'SplitAmended' | 'InstrumentChangeAmended'; readonly data: Amended }
  | { readonly type: 'DividendCancelled' | 'SplitCancelled' | 'InstrumentChangeCancelled'; readonly data: Cancelled }
  /** Another source says otherwise. */
  | {
      readonly type: 'AnnouncementConflicted';
      readonly data: { readonly source: ActionSource; readonly terms: AnnouncementTerms; readonly doubt: Doubt };
    }
  | { readonly type: 'AnnouncementDoubted'; readonly data: { readonly doubt: Doubt } }
  | { readonly type: 'AnnouncementApproved'; readonly data: { readonly revision: number } }
  /** Every position that it concerns has this revision. */
  | { readonly type: 'AnnouncementProcessed'; readonly data: { readonly revision: number } };

export type AnnouncementCommandBody =
  | {
      readonly type: 'Announce';
      readonly data: {
        readonly key: AnnouncementKey;
        readonly terms: AnnouncementTerms;
        readonly source: ActionSource;
        readonly doubts: readonly Doubt[];
      };
    }
  | { readonly type: 'Amend'; readonly data: { readonly terms: Partial<AnnouncementTerms> } }
  | { readonly type: 'Cancel'; readonly data: { readonly reason: string } }
  | { readonly type: 'Doubt'; readonly data: { readonly doubt: Doubt } }
  | { readonly type: 'Approve'; readonly data: object }
  | { readonly type: 'MarkProcessed'; readonly data: { readonly revision: number } };

export interface AnnouncementView extends AnnouncementKey, AnnouncementTerms {
  readonly id: string;
  readonly status: AnnouncementStatus;
  readonly revision: number;
  readonly source: ActionSource;
  readonly doubts: readonly Doubt[];
  /** `all`, or `tenant` for the caller's own. */
  readonly scope: 'all' | 'tenant';
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly version: number;
}

export interface AnnounceTerms extends AnnouncementTerms {
  readonly symbol: string;
  readonly exchange: Exchange | null;
  readonly type: ActionType;
  readonly ex_date: TradingDay;
  readonly sequence: number;
}

/** A person announces; the same terms again answer what is there. */
export class AnnounceAction extends Command<AnnouncementView> {
  constructor(
    readonly context: CommandContext,
    readonly terms: AnnounceTerms,
    readonly forAll: boolean,
  ) {
    super();
  }
}

export type AnnouncementRequest = Extract<AnnouncementCommandBody, { type: 'Amend' | 'Cancel' | 'Approve' }>;

/** Changes an announcement of the caller's tenant, or one of everybody's where the caller may. */
export class AnnouncementCommand extends Command<AnnouncementView> {
  constructor(
    readonly context: CommandContext,
    readonly actionId: string,
    readonly body: AnnouncementRequest,
    readonly forAll: boolean,
  ) {
    super();
  }
}

export interface ApplyDueResult {
  /** Positions that must not be evaluated as if nothing had happened, with the reason. */
  readonly blocked: ReadonlyMap<string, string>;
  /** Actions of which some position still waits: they are not processed yet. */
  readonly waiting: ReadonlySet<string>;
  readonly applied: number;
  readonly paid: number;
  readonly reinvested: number;
}

/** Applies what is due (ex-dates, payments, reinvestments) to positions of a tenant: all of them, or those named. */
export class ApplyDueActions extends Command<ApplyDueResult> {
  constructor(
    readonly context: CommandContext,
    readonly positionIds: readonly string[] | null,
    /** False: only says what is due and blocks. */
    readonly mayApply: boolean,
  ) {
    super();
  }
}

/** What could not be had, of whom and why; the next run asks again. */
export interface IngestFailure {
  readonly source: ActionSource;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly reason: string;
}

export interface IngestView {
  /** Names of the providers, comma-separated; `none` where there is none. */
  readonly source: string;
  readonly instruments: number;
  readonly announced: number;
  readonly doubtful: number;
  readonly failed: number;
  readonly failures: readonly IngestFailure[];
}

/** Asks the providers for announcements of every instrument. */
export class IngestActions extends Command<IngestView> {
  constructor(readonly context: CommandContext) {
    super();
  }
}

export interface ProcessView {
  readonly tenants: number;
  readonly applied: number;
  readonly paid: number;
  readonly reinvested: number;
  readonly waiting: number;
}

/** Applies and pays what is due in every tenant. */
export class ProcessActions extends Command<ProcessView> {
  constructor(readonly context: CommandContext) {
    super();
  }
}

/** Close before an ex-date: what dividends are measured against. */
export class GetRegularClose extends Query<AmountText | null> {
  constructor(
    readonly instrumentId: string,
    readonly day: TradingDay,
  ) {
    super();
  }
}
