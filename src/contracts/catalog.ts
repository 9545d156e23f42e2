/** Every event of the product with its current schema version. An event that is not listed cannot be appended. */
import type { AnnouncementEvent } from './corporate-action';
import type { EvaluationEvent } from './evaluation';
import type { InstrumentEvent } from './instrument';
import type { OrderEvent } from './order';
import type { PortfolioEvent, SlotEvent } from './portfolio';
import type { PositionEvent } from './position';
import type { SettingsEvent } from './settings';
import type { TenancyEvent } from './tenancy';
import type { TickEvent } from './tick';
import type { LogEvent } from './trust';

type DomainEvent =
  | AnnouncementEvent
  | PositionEvent
  | OrderEvent
  | EvaluationEvent
  | TickEvent
  | PortfolioEvent
  | SlotEvent
  | InstrumentEvent
  | SettingsEvent
  | TenancyEvent
  | LogEvent;

export type DomainEventType = DomainEvent['type'];

const SCHEMA_VERSIONS: Readonly<Record<DomainEventType, number>> = {
  PositionOpened: 1,
  CashDeposited: 1,
  CashWithdrawn: 1,
  AnchorSet: 2,
  PositionPaused: 1,
  PositionResumed: 1,
  PositionHalted: 1,
  PositionClosed: 1,
  OrderReserved: 1,
  ReservationReleased: 1,
  PositionUpdated: 2,
  GuardrailBreached: 1,
  DividendAccrued: 1,
  DividendAdjusted: 1,
  DividendReversed: 1,
  DividendPaid: 1,
  DividendReinvested: 1,
  SplitApplied: 1,
  SplitAdjusted: 1,
  CashInLieuPaid: 1,
  PositionHaltedByAction: 1,
  DividendAnnounced: 1,
  DividendAmended: 1,
  DividendCancelled: 1,
  SplitAnnounced: 1,
  SplitAmended: 1,
  SplitCancelled: 1,
  InstrumentChangeAnnounced: 1,
  InstrumentChangeAmended: 1,
  InstrumentChangeCancelled: 1,
  AnnouncementConflicted: 1,
  AnnouncementDoubted: 1,
  AnnouncementApproved: 1,
  AnnouncementProcessed: 1,
  OrderIntentQueued: 1,
  OrderRepriced: 1,
  OrderSubmitted: 1,
  OrderAccepted: 1,
  TradeExecuted: 1,
  OrderCancelRequested: 1,
  OrderUnknown: 1,
  OrderCanceled: 1,
  OrderRejected: 1,
  OrderExpired: 1,
  OrderSkipped: 1,
  EvaluationRecorded: 2,
  TickStarted: 1,
  TickCompleted: 1,
  TickMissed: 1,
  PortfolioOpened: 1,
  PortfolioRenamed: 1,
  PositionSlotTaken: 1,
  PositionSlotReleased: 1,
  InstrumentAdded: 1,
  ReferencePriceSet: 1,
  SessionClosed: 1,
  SettingsChanged: 1,
  TenantCreated: 2,
  ApiKeyIssued: 1,
  ApiKeyRevoked: 1,
  LossAccepted: 1,
};

const versions = new Map<string, number>(Object.entries(SCHEMA_VERSIONS));

/** Undefined for an event that this release does not know. */
export const knownVersionOf = (type: string): number | undefined => versions.get(type);

export function schemaVersionOf(type: string): number {
  const version = versions.get(type);
  if (version === undefined) throw new Error(`event ${type} is not in the catalog: list it with its schema version`);
  return version;
}

export const eventTypes = (): readonly string[] => [...versions.keys()];
