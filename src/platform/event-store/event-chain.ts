/** Whether an event can follow the one before it: the check behind every verification. */
import type { Instant } from '../../kernel/clock';
import { canonicalText, chainHash, contentHash, leafHash } from './event-hash';
import type { RecordedEvent } from './event-store.port';

export interface ChainedEvent extends RecordedEvent {
  readonly salt: string;
  readonly leaf: string;
  readonly chain: string;
  /** Position of the same stream's event one version before, or null. */
  readonly before: number | null;
}

/** What is known of the log up to a checked event. */
export interface Checked {
  readonly position: number;
  readonly chain: string;
  readonly recordedAt: Instant;
}

/** Why this event cannot follow `last`, or null. */
export function faultOf(event: ChainedEvent, last: Checked): string | null {
  if (event.position !== last.position + 1) return `gap: position ${last.position + 1} is missing, ${event.position} follows`;
  const content = contentHash(canonicalText(event.tenant_id, event.stream, event), event.salt);
  if (leafHash(content, event.version, event.recorded_at) !== event.leaf) return 'hash: the event is not the one that was recorded';
  if (chainHash(last.chain, event.position, event.leaf) !== event.chain) return 'hash: the chain to the event before is broken';
  if (event.recorded_at < last.recordedAt) return `order: recorded at ${event.recorded_at}, before its predecessor at ${last.recordedAt}`;
  if (event.version > 1 ? event.before === null || event.before >= event.position : event.version !== 1) {
    return `stream: version ${event.version} of ${event.stream} does not follow version ${event.version - 1}`;
  }
  return null;
}
