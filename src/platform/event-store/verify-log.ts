/** Recomputes a log's hashes page by page, in bounded memory, and lets the process breathe between pages. */
import { DomainError } from '../../kernel/errors';
import type { Defer } from './defer';
import { type Checked, faultOf, type LogLink } from './event-chain';
import { genesis } from './event-hash';
import type { BadPosition, LostRange, ReadRange, VerifyReport, WitnessedHead } from './event-store.port';
import { orphanReason, type StreamVersion, StreamVersions } from './stream-versions';

/** What a log is verified through. */
export interface ChainReader {
  /** Every link of one log in position order; an `after` below 0 finds rows that should not be there. */
  readLinks(range: Required<ReadRange>): Promise<readonly LogLink[]>;
  /** Positions of the named events of one log, in their order; null for one that is not there. */
  positionsOf(log: number, versions: readonly StreamVersion[]): Promise<readonly (number | null)[]>;
  /** Position of the last event, and what the database keeps about it elsewhere, in one look. */
  ends(log: number): Promise<{ readonly position: number; readonly tail: WitnessedHead | null }>;
}

const PAGE = 1_000;
const MOST_LOSSES = 100;

/** Below every position, so that a row smuggled in before the first is seen too. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** Verifies the events that are there when it begins, and holds them against heads that were witnessed, in ascending order. */
export async function verifyLog(
  store: ChainReader,
  log: number,
  defer: Defer,
  onProgress: (events: number) => void = () => undefined,
  witnessed: readonly WitnessedHead[] = [],
): Promise<VerifyReport> {
  const walk = new LogWalk(store, log, witnessed);
  try {
    const { position: upTo, tail } = await store.ends(log);
    const page = (after: number): Promise<readonly LogLink[]> => store.readLinks({ log, after, upTo, limit: PAGE });
    for (let rows: readonly LogLink[] | null = await page(BEFORE_ALL); rows;) {
      const last: LogLink | undefined = rows.at(-1);
      const next: Promise<readonly LogLink[]> | null = last && rows.length === PAGE ? page(last.position) : null; // on its way while this one is hashed
      next?.catch(() => undefined); // whoever awaits it hears of it
      await walk.take(rows);
      onProgress(walk.events);
      await new Promise<void>((resolve) => defer(resolve));
      rows = await next;
    }
    if (tail) walk.compare(tail);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'store.corrupt')) throw error;
    walk.stop(`unreadable: ${error.message}`);
  }
  return walk.report();
}

class LogWalk {
  events = 0;
  private last: Checked;
  private firstBad: BadPosition | null = null;
  private readonly losses: LostRange[] = [];
  private readonly versions: StreamVersions;
  private seen = 0;
  private nextHead = 0;
  /** The last witnessed head that the log bears out. */
  private borneOut = 0;

  constructor(
    store: ChainReader,
    log: number,
    private readonly witnessed: readonly WitnessedHead[],
  ) {
    this.last = { position: 0, chain: genesis(log), recordedAt: '' };
    this.versions = new StreamVersions((versions) => store.positionsOf(log, versions));
  }

  /** Past the first fault no hash means anything; what is missing is counted still. */
  async take(rows: readonly LogLink[]): Promise<void> {
    if (this.firstBad === null) this.firstBad = await this.faultIn(rows);
    for (const { position } of rows) {
      if (position > this.seen + 1) this.lose(this.seen + 1, position - 1);
      this.seen = Math.max(this.seen, position);
    }
  }

  /** The next event would be chained to the tail, so it must be what the last one says. */
  compare({ position, chain }: WitnessedHead): void {
    if (position > this.seen) this.lose(this.seen + 1, position);
    if (position === this.seen && chain === this.last.chain) return;
    const from = Math.min(position, this.seen) + 1;
    this.firstBad ??= {
      position: from,
      reason: `tail: the log is said to end at position ${position}, and ends at ${this.seen} or with another hash`,
    };
  }

  stop(reason: string): void {
    this.firstBad ??= { position: this.last.position + 1, reason };
  }

  report(): VerifyReport {
    const end = this.witnessed.at(-1)?.position ?? 0;
    if (end > this.seen) {
      this.lose(Math.max(this.seen, this.losses.at(-1)?.to ?? 0) + 1, end);
      this.firstBad ??= { position: this.seen + 1, reason: `lost: events ${this.seen + 1} to ${end} were witnessed and are not there` };
    }
    return { events: this.events, head: this.last.chain, firstBad: this.firstBad, losses: this.losses };
  }

  private lose(from: number, to: number): void {
    if (from <= to && this.losses.length < MOST_LOSSES) this.losses.push({ from, to });
  }

  private async faultIn(rows: readonly LogLink[]): Promise<BadPosition | null> {
    const fault = this.firstFault(rows);
    const orphan = await this.versions.firstOrphan();
    if (!orphan || (fault && fault.position <= orphan.position)) return fault;
    this.events -= this.last.position - orphan.position + 1;
    return { position: orphan.position, reason: orphanReason(orphan) };
  }

  private firstFault(rows: readonly LogLink[]): BadPosition | null {
    for (const row of rows) {
      const reason = faultOf(row, this.last) ?? (this.versions.take(row) ? null : orphanReason(row));
      if (reason) return { position: Math.min(row.position, this.last.position + 1), reason };
      const contradiction = this.contradictionAt(row);
      if (contradiction) return contradiction;
      this.last = { position: row.position, chain: row.chain, recordedAt: row.recordedAt };
      this.events += 1;
    }
    return null;
  }

  /** Where every hash fits and yet is not the one that was witnessed, the log was rewritten by somebody who can hash. */
  private contradictionAt({ position, chain }: LogLink): BadPosition | null {
    for (let head = this.witnessed[this.nextHead]; head && head.position <= position; head = this.witnessed[this.nextHead]) {
      if (head.position === position && head.chain !== chain) {
        const from = this.borneOut + 1;
        const where = from === position ? `the event at position ${position}` : `an event from ${from} to ${position}`;
        return { position: from, reason: `rewritten: ${where} was changed after its head was witnessed, and all hashes were made anew` };
      }
      this.borneOut = head.position;
      this.nextHead += 1;
    }
    return null;
  }
}
