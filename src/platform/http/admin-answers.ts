/** What the platform says about itself, in the names of the API: the command line says the same, without the framework. */
import type { ProjectionInfo } from '../projections/projection-rebuilder';
import type { VerificationReport } from '../projections/projection-work';
import type { ParkedKey, ParkedStream } from '../subscriptions/parked-streams';
import type { SubscriptionStatus } from '../subscriptions/subscription.port';
import type { LogReport, TrustReport } from '../trust/log-trust';
import type { LogCheckDto, OneLogCheckDto, ProjectionCheckDto, ProjectionDto } from './admin.dto';
import type { ParkedStreamDto, SubscriptionDto } from './subscriptions.dto';

export const projectionRow = ({ building, ...info }: ProjectionInfo): ProjectionDto => ({
  ...info,
  building: building && { version: building.version, started_at: building.startedAt, events: building.events, total: building.total },
});

export const projectionCheck = ({ positions, isEqual, tables }: VerificationReport): ProjectionCheckDto => ({
  positions,
  equal: isEqual,
  tables,
});

export const logCheck = ({ isIntact, events, head, firstBad, logs, storage, heads }: TrustReport): LogCheckDto => ({
  intact: isIntact,
  events,
  head,
  first_bad: firstBad,
  logs: logs.map(oneLogCheck),
  storage,
  heads,
});

const oneLogCheck = ({ log, events, head, firstBad, losses, witness }: LogReport): OneLogCheckDto => ({
  log,
  events,
  head,
  first_bad: firstBad && { log, ...firstBad },
  losses,
  witness: witness && {
    position: witness.position,
    chain: witness.chain,
    recorded_at: witness.recordedAt,
    signed_at: witness.signedAt,
  },
});

export const subscriptionStatus = (status: SubscriptionStatus): SubscriptionDto => ({
  name: status.name,
  log: status.log,
  partition: status.partition,
  position: status.position,
  lag: status.lag,
  holder: status.holder,
  lease_until: status.leaseUntil,
  held_here: status.isHeldHere,
  failures: status.failures,
  last_error: status.lastError,
});

export const parkedStream = (parked: ParkedStream): ParkedStreamDto => ({
  id: `${parked.log}:${parked.tenantId}:${parked.subscription}:${parked.stream}`,
  log: parked.log,
  tenant_id: parked.tenantId,
  subscription: parked.subscription,
  stream: parked.stream,
  first_position: parked.position,
  first_version: parked.version,
  error: parked.error,
  tries: parked.tries,
  parked_at: parked.parkedAt,
  state: parked.state,
});

/** What an `id` of the list names; null where it is none. Only a stream's name holds colons. */
export function parkedKeyOf(id: string): ParkedKey | null {
  const match = /^(\d{1,9}):([^:]+):([^:]+):(.+)$/s.exec(id);
  if (!match) return null;
  const [, log = '', tenantId = '', subscription = '', stream = ''] = match;
  return { log: Number(log), tenantId, subscription, stream };
}
