/** Checks a tenant's export with nothing but the file and a public key. */
import { DomainError } from '../../kernel/errors';
import { leafOf } from '../event-store/event-chain';
import { chainHash, genesis } from '../event-store/event-hash';
import {
  EXPORT_FORMAT,
  type EventLine,
  eventLine,
  type ExportHeader,
  type LeavesLine,
  PositionDigest,
  type StatementLine,
  statementText,
  textOf,
} from './export-lines';
import { isHead } from './head-lines';
import type { SignatureCheck } from './signatures';

export interface ExportReport {
  readonly tenantId: string;
  readonly log: number;
  /** Events of the tenant, all of them. */
  readonly events: number;
  /** Events of the log, of all tenants. */
  readonly position: number;
  readonly chain: string;
  readonly signedAt: string;
}

type Line = Partial<EventLine & LeavesLine & StatementLine & ExportHeader>;

/** Throws DomainError `export.invalid` that names the line and what is wrong with it. */
export async function checkExport(lines: AsyncIterable<string>, publicKey: SignatureCheck): Promise<ExportReport> {
  let walk: ExportWalk | null = null;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const refuse = (what: string): never => {
      throw new DomainError('export.invalid', `line ${number}: ${what}; the file proves nothing, ask for another`, { line: number });
    };
    const line = parsed(text) ?? refuse('it is no line of an export');
    if (walk) walk.take(line, text, refuse);
    else walk = new ExportWalk(headerOf(line, text) ?? refuse(`it does not begin with ${EXPORT_FORMAT}`), publicKey);
  }
  const report = walk?.report ?? null;
  if (report) return report;
  throw new DomainError(
    'export.invalid',
    `the file ends after line ${number} without its signed statement; it was cut off, ask for another`,
  );
}

class ExportWalk {
  report: ExportReport | null = null;
  private position = 0;
  private chain: string;
  private recordedAt = '';
  private readonly own = new PositionDigest();
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly header: ExportHeader,
    private readonly publicKey: SignatureCheck,
  ) {
    this.chain = genesis(header.log);
  }

  take(line: Line, text: string, refuse: (what: string) => never): void {
    if (this.report) refuse('it comes after the signed statement');
    if (line.event) this.takeEvent(line as EventLine, text, refuse);
    else if (line.leaves) this.takeLeaves(line.leaves, refuse);
    else if (line.statement) this.takeStatement(line as StatementLine, refuse);
    else refuse('it is neither event, leaves nor statement');
  }

  private takeEvent({ event, salt }: EventLine, text: string, refuse: (what: string) => never): void {
    const { log, tenant_id: tenantId, stream, version } = event;
    if (textOf(eventLine(event, salt)) !== `${text}\n`) refuse('the event has other fields than an event has');
    if (log !== this.header.log || tenantId !== this.header.tenant_id) refuse(`the event is of tenant ${tenantId} in log ${log}`);
    if (event.position !== this.position + 1) refuse(`position ${this.position + 1} is missing, ${event.position} follows`);
    if (version !== (this.versions.get(stream) ?? 0) + 1) refuse(`version ${version} of ${stream} does not follow the one before`);
    if (event.recorded_at < this.recordedAt) refuse('it was recorded before the event before it');
    this.versions.set(stream, version);
    this.recordedAt = event.recorded_at;
    this.own.add(event.position);
    this.extend(leafOf({ ...event, salt }));
  }

  private takeLeaves(leaves: readonly string[], refuse: (what: string) => never): void {
    if (!Array.isArray(leaves) || !leaves.every((leaf) => typeof leaf === 'string')) refuse('leaves are a list of texts');
    for (const leaf of leaves) this.extend(leaf);
  }

  private takeStatement({ statement, signature }: StatementLine, refuse: (what: string) => never): void {
    if (!isHead(statement.head) || typeof signature !== 'string') refuse('it is no statement');
    const { head, events } = statement;
    if (!this.publicKey.holds(statementText(statement), signature)) refuse(`the statement is not signed with key ${this.publicKey.keyId}`);
    if (statement.tenant_id !== this.header.tenant_id || head.log !== this.header.log)
      refuse('the statement is about another tenant or log');
    if (head.position !== this.position) refuse(`the log has ${head.position} events, the file ${this.position}`);
    if (head.chain !== this.chain) refuse('the hashes of the file do not lead to the signed head: an event or a leaf was changed');
    if (events !== this.own.count) refuse(`the tenant has ${events} events, the file shows ${this.own.count}`);
    if (statement.positions !== this.own.end()) refuse('the tenant has its events at other positions than the file shows');
    const { tenant_id: tenantId, log } = this.header;
    this.report = { tenantId, log, events, position: head.position, chain: head.chain, signedAt: statement.signed_at };
  }

  private extend(leaf: string): void {
    this.position += 1;
    this.chain = chainHash(this.chain, this.position, leaf);
  }
}

/** Bytes that JSON reads two ways would let two readers see two files. */
function parsed(text: string): Line | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && JSON.stringify(value) === text ? value : null;
  } catch {
    return null;
  }
}

const headerOf = ({ format, log, tenant_id }: Line, text: string): ExportHeader | null => {
  if (format !== EXPORT_FORMAT || typeof log !== 'number' || typeof tenant_id !== 'string') return null;
  const header = { format, log, tenant_id };
  return textOf(header) === `${text}\n` ? header : null;
};
