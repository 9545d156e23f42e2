/** Whether an event can follow the one before it: the check behind every verification. */
import type { Instant } from '../../kernel/clock';
import { canonicalText, chainHash, contentHash, leafHash } from './event-hash';
import type { ChainedEvent } from './event-store.port';

/** What is known of the log up to a checked event. */
export interface Checked {
  readonly position: number;
  readonly chain: string;
  readonly recordedAt: Instant;
}

/** Why this event cannot follow `last`, or null. Whether its version follows in its stream is for StreamVersions to say. */
export function faultOf(event: ChainedEvent, last: Checked): string | null {
  if (event.position !== last.position + 1) return `gap: position ${last.position + 1} is missing, ${event.position} follows`;
  if (leafOf(event) !== event.leaf) return 'hash: the event is not the one that was recorded';
  if (chainHash(last.chain, event.position, event.leaf) !== event.chain) return 'hash: the chain to the event before is broken';
  if (event.recorded_at < last.recordedAt) return `order: recorded at ${event.recorded_at}, before its predecessor at ${last.recordedAt}`;
  return null;
}

export const leafOf = (event: Omit<ChainedEvent, 'leaf' | 'chain'>): string =>
  leafHash(contentHash(canonicalText(event.tenant_id, event.stream, event), event.salt), event.version, event.recorded_at);
