/** The lines of a heads file: unsigned heads as they come, signed lines that cover them, and losses somebody accepted. */
import type { Instant } from '../../kernel/clock';
import { hashOf } from '../event-store/event-hash';
import type { LogHead } from '../event-store/head-witness';
import type { SignatureCheck, Signer } from './signatures';

/** A head as it is written: names as in the database. */
export interface HeadCells {
  readonly log: number;
  readonly position: number;
  readonly chain: string;
  readonly recorded_at: Instant;
}

interface Signed {
  readonly key: string;
  readonly signature: string;
}

/** The newest heads of all logs that the process knows of. */
export interface SignedHeads extends Signed {
  readonly signed_at: Instant;
  readonly heads: readonly HeadCells[];
}

/** Somebody looked at a loss and decided to go on from what is left. */
export interface AcceptedLoss extends Signed {
  readonly accepted_at: Instant;
  readonly log: number;
  /** Where the database ended, and what was signed of the log before. */
  readonly kept: HeadCells | null;
  readonly signed_head: HeadCells | null;
  readonly reason: string;
}

export type HeadsLine =
  | { readonly kind: 'head'; readonly head: HeadCells }
  | { readonly kind: 'signed'; readonly line: SignedHeads }
  | { readonly kind: 'accepted'; readonly line: AcceptedLoss };

export const cellsOf = ({ log, position, chain, recordedAt }: LogHead): HeadCells => ({ log, position, chain, recorded_at: recordedAt });
export const headOf = ({ log, position, chain, recorded_at }: HeadCells): LogHead => ({ log, position, chain, recordedAt: recorded_at });

const headText = ({ log, position, chain, recorded_at }: HeadCells): string => `${log} ${position} ${chain} ${recorded_at}`;

/** Not against an attacker, who can compute it: against half a line and a flipped bit. */
const check = (text: string): string => hashOf(text).slice(0, 8);

/** One unsigned line. */
export function headLine(head: LogHead): string {
  const { log, position, chain, recordedAt } = head;
  const sum = check(headText(cellsOf(head)));
  return `{"log":${log},"position":${position},"chain":"${chain}","recorded_at":"${recordedAt}","check":"${sum}"}\n`;
}

/** What is signed of heads: this text, in UTF-8. */
export const signedText = (signedAt: Instant, heads: readonly HeadCells[]): string =>
  ['volatility-balancing heads', signedAt, ...heads.map(headText)].join('\n');

const acceptedText = ({ accepted_at, log, kept, signed_head, reason }: Omit<AcceptedLoss, keyof Signed>): string =>
  [
    'volatility-balancing accepted loss',
    accepted_at,
    log,
    kept && headText(kept),
    signed_head && headText(signed_head),
    JSON.stringify(reason),
  ]
    .map((part) => part ?? 'nothing')
    .join('\n');

export async function signHeads(signer: Signer, signedAt: Instant, heads: readonly LogHead[]): Promise<SignedHeads> {
  const cells = heads.map(cellsOf);
  return { signed_at: signedAt, heads: cells, key: signer.keyId, signature: await signer.sign(signedText(signedAt, cells)) };
}

export async function signAcceptance(signer: Signer, facts: Omit<AcceptedLoss, keyof Signed>): Promise<AcceptedLoss> {
  return { ...facts, key: signer.keyId, signature: await signer.sign(acceptedText(facts)) };
}

export const lineText = (line: SignedHeads | AcceptedLoss): string => `${JSON.stringify(line)}\n`;

/** Null where the line is none of ours, or not as it was written. Whether a signature holds is another question. */
export function parseLine(text: string): HeadsLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // half a line
  }
  if (isAccepted(value)) return { kind: 'accepted', line: value };
  if (isSigned(value)) return { kind: 'signed', line: value };
  return isHead(value) && 'check' in value && value.check === check(headText(value)) ? { kind: 'head', head: value } : null;
}

export const signatureHolds = (parsed: Exclude<HeadsLine, { readonly kind: 'head' }>, check: SignatureCheck): boolean =>
  check.holds(
    parsed.kind === 'signed' ? signedText(parsed.line.signed_at, parsed.line.heads) : acceptedText(parsed.line),
    parsed.line.signature,
  );

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';

export const isHead = (value: unknown): value is HeadCells =>
  isObject(value) &&
  Number.isSafeInteger(value['log']) &&
  Number.isSafeInteger(value['position']) &&
  isText(value['chain']) &&
  isText(value['recorded_at']);

const isSignedAtAll = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && isText(value['key']) && isText(value['signature']);

export const isSigned = (value: unknown): value is SignedHeads =>
  isSignedAtAll(value) && isText(value['signed_at']) && Array.isArray(value['heads']) && value['heads'].every(isHead);

const isAccepted = (value: unknown): value is AcceptedLoss =>
  isSignedAtAll(value) &&
  isText(value['accepted_at']) &&
  Number.isSafeInteger(value['log']) &&
  (value['kept'] === null || isHead(value['kept'])) &&
  (value['signed_head'] === null || isHead(value['signed_head'])) &&
  isText(value['reason']);
