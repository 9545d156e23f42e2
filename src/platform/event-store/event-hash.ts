/**
 * The hash chain, as base64 text: content = sha256(canonical bytes ‖ salt), leaf = sha256(content ‖ version ‖ recorded_at),
 * chain = sha256(previous chain ‖ position ‖ leaf). What only the database can know last of all is outside the content, so
 * that a process hashes events before it knows their place, and the database does the rest without seeing them again.
 */
import * as crypto from 'node:crypto';
import type { Instant } from '../../kernel/clock';
import type { NewEvent } from './event-store.port';

/** Node 20.12 brought the one-shot function, which is twice as fast on inputs of this size. */
const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'base64')
    : (text) => crypto.createHash('sha256').update(text).digest('base64');

/** SHA-256 as base64. */
export const hashOf = sha256;

/** What the first event of a log is chained to. */
export const genesis = (log: number): string => sha256(`volatility-balancing log ${log}`);

/** Separates fields; no header field can contain it. */
export const UNIT = '\u001f';
/** Stands for an absent field; no header field can contain it either, so absent and empty differ. */
export const ABSENT = '\u001e';

/** Every field of the event but its place and time in the log, in a fixed order, `data` last: two different events never give the same text. */
export const canonicalText = (tenantId: string, stream: string, event: NewEvent): string =>
  `${tenantId}${UNIT}${stream}${UNIT}${event.event_id}${UNIT}${event.type}${UNIT}${event.schema_version}${UNIT}${event.ts}` +
  `${UNIT}${event.portfolio_id ?? ABSENT}${UNIT}${event.position_id ?? ABSENT}${UNIT}${event.instrument_id ?? ABSENT}` +
  `${UNIT}${event.symbol ?? ABSENT}${UNIT}${event.correlation_id}${UNIT}${event.causation_id ?? ABSENT}${UNIT}${event.actor}` +
  `${UNIT}${event.unique_key ?? ABSENT}${UNIT}${event.data}`;

/** The salt comes last and has a fixed length, so the data before it needs no separator. */
export const contentHash = (canonical: string, salt: string): string => sha256(canonical + salt);

/** A leaf does not contain its position, so that a database may chain what others have hashed. */
export const leafHash = (content: string, version: number, recordedAt: Instant): string =>
  sha256(`${content}${UNIT}${version}${UNIT}${recordedAt}`);

export const chainHash = (previous: string, position: number, leaf: string): string =>
  sha256(`${previous}${UNIT}${position}${UNIT}${leaf}`);
