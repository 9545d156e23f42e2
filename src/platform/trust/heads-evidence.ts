/** What the heads files say, taken together: the newest head of every log, older ones, accepted losses, and what is wrong with the files. */
import type { Instant } from '../../kernel/clock';
import type { LogHead } from '../event-store/head-witness';
import { type AcceptedLoss, headOf, type HeadsLine, lineText, parseLine, signatureHolds, type SignedHeads } from './head-lines';
import type { SignatureCheck } from './signatures';

export interface HeadsText {
  readonly name: string;
  readonly text: string;
}

/** A head that was written down, and the last time it was signed; null where the process died before. */
export interface Witness extends LogHead {
  readonly file: string;
  readonly signedAt: Instant | null;
}

type SignedLine = Exclude<HeadsLine, { readonly kind: 'head' }>;
const isSignedLine = (line: HeadsLine | null): line is SignedLine => line !== null && line.kind !== 'head';

export class HeadsEvidence {
  /** Sentences; a file with a fault proves nothing. */
  readonly faults: string[] = [];
  readonly accepted: AcceptedLoss[] = [];
  /** Signed lines in their order, by file. */
  readonly signed = new Map<string, readonly SignedHeads[]>();
  private readonly byLog = new Map<number, Map<number, Witness>>();

  constructor(files: readonly HeadsText[], check: SignatureCheck) {
    for (const file of files) this.read(file, check);
  }

  /** Every log that a head was written of, in ascending order. */
  logs(): readonly number[] {
    return [...this.byLog.keys()].sort((a, b) => a - b);
  }

  /** The heads of one log by position. */
  of(log: number): readonly Witness[] {
    return [...(this.byLog.get(log)?.values() ?? [])].sort((a, b) => a.position - b.position);
  }

  last(log: number): Witness | null {
    return this.of(log).at(-1) ?? null;
  }

  private read({ name, text }: HeadsText, check: SignatureCheck): void {
    const lines = text.split('\n').slice(0, -1).map(parseLine); // what has no end was cut off by a crash
    const forged = this.forgedLines(name, lines, check);
    const end = lines.findLastIndex((line, index) => isSignedLine(line) && !forged.has(index)); // all before was on the disk by then
    const signed: SignedHeads[] = [];
    for (const [index, line] of lines.entries()) {
      if (line === null && index > end) break; // not synced to the disk before a crash
      if (line === null) this.faults.push(`line ${index + 1} of ${name} is not as it was written`);
      else if (!forged.has(index)) this.take(name, line, signed);
    }
    this.signed.set(name, signed);
  }

  private forgedLines(name: string, lines: readonly (HeadsLine | null)[], check: SignatureCheck): ReadonlySet<number> {
    const forged = new Set<number>();
    for (const [index, line] of lines.entries()) {
      if (!isSignedLine(line) || (line.line.key === check.keyId && signatureHolds(line, check))) continue;
      forged.add(index);
      const { key } = line.line;
      this.faults.push(
        key === check.keyId
          ? `the signature in line ${index + 1} of ${name} does not hold`
          : `line ${index + 1} of ${name} is signed with key ${key}, the key of this folder is ${check.keyId}`,
      );
    }
    return forged;
  }

  private take(file: string, line: HeadsLine, signed: SignedHeads[]): void {
    switch (line.kind) {
      case 'head':
        this.add({ ...headOf(line.head), file, signedAt: null });
        break;
      case 'signed':
        signed.push(line.line);
        for (const head of line.line.heads) this.add({ ...headOf(head), file, signedAt: line.line.signed_at });
        break;
      case 'accepted':
        if (!this.accepted.some((known) => lineText(known) === lineText(line.line))) this.accepted.push(line.line);
        break;
    }
  }

  private add(witness: Witness): void {
    const heads = this.byLog.get(witness.log) ?? new Map<number, Witness>();
    this.byLog.set(witness.log, heads);
    const known = heads.get(witness.position);
    if (known && known.chain !== witness.chain) {
      this.faults.push(`${known.file} and ${witness.file} disagree about log ${witness.log} at position ${witness.position}`);
    }
    heads.set(witness.position, known?.signedAt ? known : witness);
  }
}
