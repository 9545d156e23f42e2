/** Whether an event can follow the one before it: the check behind every verification. */
import type { Instant } from '../../kernel/clock';
import { canonicalText, chainHash, hashOf, leafHash } from './event-hash';
import type { ChainedEvent } from './event-store.port';

/** An event as the chain sees it. */
export interface LogLink {
  readonly position: number;
  /** Tenant and stream, joined by UNIT. */
  readonly source: string;
  readonly version: number;
  readonly recordedAt: Instant;
  /** `canonicalText` with the salt after it. */
  readonly content: string;
  readonly leaf: string;
  readonly chain: string;
}

/** A row of `linkColumns`. */
export type LinkRow = readonly [number, string, number, string, string, string, string];

export const linkOf = ([position, source, version, recordedAt, content, leaf, chain]: LinkRow): LogLink => ({
  position,
  source,
  version,
  recordedAt,
  content,
  leaf,
  chain,
});

/** What is known of the log up to a checked event. */
export interface Checked {
  readonly position: number;
  readonly chain: string;
  readonly recordedAt: Instant;
}

/** Why this event cannot follow `last`, or null. Whether its version follows in its stream is for StreamVersions to say. */
export function faultOf(link: LogLink, last: Checked): string | null {
  const { position, recordedAt } = link;
  if (position !== last.position + 1) return `gap: position ${last.position + 1} is missing, ${position} follows`;
  if (leafHash(hashOf(link.content), link.version, recordedAt) !== link.leaf) return 'hash: the event is not the one that was recorded';
  if (chainHash(last.chain, position, link.leaf) !== link.chain) return 'hash: the chain to the event before is broken';
  if (recordedAt < last.recordedAt) return `order: recorded at ${recordedAt}, before its predecessor at ${last.recordedAt}`;
  return null;
}

export const contentOf = (event: Omit<ChainedEvent, 'leaf' | 'chain'>): string =>
  canonicalText(event.tenant_id, event.stream, event) + event.salt;

export const leafOf = (event: Omit<ChainedEvent, 'leaf' | 'chain'>): string =>
  leafHash(hashOf(contentOf(event)), event.version, event.recorded_at);
