/** How far folding all logs is, and how long the rest will take if it goes on like this. */
import { type Clock, epochMs } from '../../kernel/clock';
import type { Positions } from './fold-io';

export interface Progress {
  readonly events: number;
  readonly total: number;
  /** Milliseconds that the rest takes at the pace so far; null before anything is known of it. */
  readonly leftMs: number | null;
}

export type OnProgress = (progress: Progress) => void;

export class ProgressMeter {
  private readonly reachedBy = new Map<string, number>();
  private readonly startedMs: number;
  private readonly total: number;
  private units = 0;
  private first: number | null = null;

  constructor(
    private readonly clock: Clock,
    heads: Positions,
    private readonly parts: number,
    private readonly onProgress: OnProgress,
  ) {
    this.startedMs = epochMs(clock.now());
    this.total = [...heads.values()].reduce((sum, position) => sum + position, 0);
  }

  /** What was done before it began, and is no measure of the pace. */
  starts(log: number, part: number, position: number): void {
    this.set(log, part, position);
  }

  reached(log: number, part: number, position: number): void {
    this.first ??= this.units;
    this.set(log, part, position);
    const events = Math.floor(this.units / this.parts);
    this.onProgress({ events, total: Math.max(this.total, events), leftMs: this.leftMs() });
  }

  private set(log: number, part: number, position: number): void {
    const key = `${log}:${part}`;
    this.units += position - (this.reachedBy.get(key) ?? 0);
    this.reachedBy.set(key, position);
  }

  private leftMs(): number | null {
    const done = this.units - (this.first ?? 0);
    const elapsed = epochMs(this.clock.now()) - this.startedMs;
    const left = this.total * this.parts - this.units;
    return done > 0 && elapsed > 0 ? Math.round((elapsed / done) * Math.max(0, left)) : null;
  }
}
