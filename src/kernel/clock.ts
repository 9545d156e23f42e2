/** Time is a port: only adapters read the machine's clock. */

/** UTC ISO 8601 with `Z` and milliseconds: `2026-11-20T14:35:00.000Z`; text order is time order. */
export type Instant = string;
/** A date of an exchange's calendar: `2026-11-20`. */
export type TradingDay = string;

export abstract class Clock {
  abstract now(): Instant;
}

const PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

export const isInstant = (text: unknown): text is Instant =>
  typeof text === 'string' && PATTERN.test(text) && !Number.isNaN(Date.parse(text));
export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString();
export const epochMs = (instant: Instant): number => Date.parse(instant);
export const later = (instant: Instant, ms: number): Instant => toInstant(epochMs(instant) + ms);
