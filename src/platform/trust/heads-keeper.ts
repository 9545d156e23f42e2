/** Writes down where the logs end after each commit, and signs the newest heads once a second: one signature for all logs. */
import type { Clock } from '../../kernel/clock';
import { messageOf } from '../../kernel/errors';
import { HeadWitness, type LogHead } from '../event-store/head-witness';
import type { Timer } from '../time/timer.port';
import { type AcceptedLoss, headLine, lineText, signHeads, type SignedHeads } from './head-lines';
import type { HeadsFile } from './heads-folder.port';
import type { Signer } from './signatures';

const SIGN_EVERY_MS = 1_000;
/** Past this the file is written anew with its signed lines only. */
export const LARGEST_FILE = 2 * 1024 * 1024;
const MOST_SIGNED_BYTES = LARGEST_FILE / 8;

export interface KeeperParts {
  readonly file: HeadsFile;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Told once when writing begins to fail. */
  readonly onFailure: (error: unknown) => void;
}

export interface KeptLines {
  readonly accepted: readonly AcceptedLoss[];
  readonly signed: readonly SignedHeads[];
}

export class HeadsKeeper extends HeadWitness {
  private readonly newest = new Map<number, LogHead>();
  private unsigned = new Map<number, LogHead>();
  private kept: string[] = [];
  private accepted: readonly string[] = [];
  private cancel: (() => void) | null = null;
  private work: Promise<void> = Promise.resolve();
  private failure: string | null = null;

  constructor(private readonly parts: KeeperParts) {
    super();
  }

  /** Why heads cannot be written down at the moment, or null. */
  get hindrance(): string | null {
    return this.failure;
  }

  /**
   * Begins with what is known: `heads` are where the logs end now, `lines` what the file held. Writes nothing where the file is tidy
   * and a signed line says so already. Gives whether it wrote.
   */
  async begin(heads: readonly LogHead[], lines: KeptLines, isTidy: boolean): Promise<boolean> {
    for (const head of heads) this.newest.set(head.log, head);
    this.kept = lines.signed.map(lineText);
    this.accepted = lines.accepted.map(lineText);
    if (isTidy) return false;
    if (heads.length > 0) this.kept.push(lineText(await signHeads(this.parts.signer, this.parts.clock.now(), this.heads())));
    await this.compact();
    return true;
  }

  saw(heads: readonly LogHead[]): void {
    let text = '';
    for (const head of heads) {
      this.newest.set(head.log, head);
      this.unsigned.set(head.log, head);
      text += headLine(head);
    }
    try {
      this.parts.file.append(text);
    } catch (error) {
      this.fail(error);
    }
    this.cancel ??= this.parts.timer.after(SIGN_EVERY_MS, this.onTime);
  }

  /** Signs what is new at once and waits until it is durable. */
  settle(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    this.work = this.work.then(() => this.sign());
    return this.work;
  }

  async close(): Promise<void> {
    await this.settle();
    if (this.parts.file.size > 0 && this.failure === null) await this.attempt(() => this.compact());
    this.parts.file.close();
  }

  private readonly onTime = (): void => void this.settle();

  private heads(): readonly LogHead[] {
    return [...this.newest.values()].sort((a, b) => a.log - b.log);
  }

  private async sign(): Promise<void> {
    if (this.unsigned.size === 0) return;
    const covered = this.unsigned;
    this.unsigned = new Map();
    const isDone = await this.attempt(async () => {
      const { file, signer, clock } = this.parts;
      const line = lineText(await signHeads(signer, clock.now(), this.heads()));
      this.kept.push(line);
      if (file.isGone()) return this.compact();
      file.append(line);
      await file.sync();
      if (file.size > LARGEST_FILE) await this.compact();
    });
    if (isDone) return;
    for (const [log, head] of covered) if (!this.unsigned.has(log)) this.unsigned.set(log, head);
    this.cancel ??= this.parts.timer.after(SIGN_EVERY_MS, this.onTime);
  }

  /** Signed lines stay, thinned out towards the past; a line per flush is of no more use once its successors are signed. */
  private compact(): Promise<void> {
    this.kept = thinned(this.kept);
    return this.parts.file.replace([...this.accepted, ...this.kept].join(''), () => [...this.unsigned.values()].map(headLine).join(''));
  }

  private async attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      this.failure = null;
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private fail(error: unknown): void {
    if (this.failure === null) this.parts.onFailure(error);
    this.failure = messageOf(error);
  }
}

/** Every second line goes, the newest stays, until the rest is small. */
function thinned(lines: readonly string[]): string[] {
  let rest = [...lines];
  const size = (): number => rest.reduce((sum, line) => sum + line.length, 0);
  while (rest.length > 1 && size() > MOST_SIGNED_BYTES) rest = rest.filter((_, index) => (rest.length - 1 - index) % 2 === 0);
  return rest;
}
