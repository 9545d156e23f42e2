/** Whether the logs are what was recorded: chain, heads outside the database, schema. */
import type { Clock } from '../../kernel/clock';
import { DomainError } from '../../kernel/errors';
import { type BadPosition, type EventStore, type LostRange, SYSTEM_LOG, type TenantScope } from '../event-store/event-store.port';
import type { Defer } from '../event-store/defer';
import type { StorageCheck } from '../event-store/storage-check';
import { verifyReadable } from '../event-store/verify-readable';
import type { AcceptedLoss } from './head-lines';
import type { HeadsEvidence, Witness } from './heads-evidence';
import type { Heads } from './open-heads';
import type { Signer } from './signatures';
import { tenantExport } from './tenant-export';

export interface LogReport {
  readonly log: number;
  /** Events that hold. */
  readonly events: number;
  /** Hash of the chain up to there. */
  readonly head: string;
  readonly firstBad: BadPosition | null;
  readonly losses: readonly LostRange[];
  /** The newest head outside the database; null where there is none. */
  readonly witness: Witness | null;
}

export interface TrustReport {
  readonly isIntact: boolean;
  /** Of all logs. */
  readonly events: number;
  /** Of the first log. */
  readonly head: string;
  /** Of the first log that has one. */
  readonly firstBad: (BadPosition & { readonly log: number }) | null;
  readonly logs: readonly LogReport[];
  /** What is wrong with tables, indexes, triggers and pages. */
  readonly storage: readonly string[];
  /** What is wrong with the files of heads. */
  readonly heads: readonly string[];
  readonly accepted: readonly AcceptedLoss[];
}

export class LogTrust {
  constructor(
    private readonly store: EventStore,
    private readonly storage: StorageCheck,
    /** Null for stores that nobody will miss. */
    readonly heads: Heads | null,
    private readonly clock: Clock,
    private readonly defer: Defer,
  ) {}

  /** Recomputes every log, holds it against all heads that were written down, and looks at the schema. */
  async verify(onProgress: (events: number) => void = () => undefined): Promise<TrustReport> {
    const evidence = this.heads?.evidence() ?? null;
    const logs: LogReport[] = [];
    let done = 0;
    for (const log of await this.logs(evidence)) {
      const before = done;
      logs.push(await this.verifyLog(log, evidence, (events) => onProgress((done = before + events))));
    }
    return summary(logs, await this.storage.faults(), evidence);
  }

  /** PEM. Throws DomainError `heads.none` for a store that nobody signs for. */
  get publicKey(): string {
    return this.signer.publicKey;
  }

  /** The lines of the tenant's export. Throws as `tenantExport` does. */
  export(scope: TenantScope): AsyncGenerator<string> {
    return tenantExport({ store: this.store, signer: this.signer, clock: this.clock }, scope);
  }

  private get signer(): Signer {
    if (this.heads) return this.heads.parts.signer;
    throw new DomainError('heads.none', 'This store is a scratch store, which nobody signs for; use one that is kept');
  }

  private async logs(evidence: HeadsEvidence | null): Promise<readonly number[]> {
    const logs = new Set([SYSTEM_LOG, ...(await this.store.logs()), ...(evidence?.logs() ?? [])]);
    return [...logs].sort((a, b) => a - b);
  }

  private async verifyLog(log: number, evidence: HeadsEvidence | null, onProgress: (events: number) => void): Promise<LogReport> {
    const whole = await this.store.verify(log, onProgress, evidence?.of(log) ?? []);
    const report = await verifyReadable(this.store, log, whole, this.defer);
    return { log, ...report, witness: evidence?.last(log) ?? null };
  }
}

function summary(logs: readonly LogReport[], storage: readonly string[], evidence: HeadsEvidence | null): TrustReport {
  const bad = logs.find(({ firstBad }) => firstBad !== null);
  const firstBad = bad?.firstBad ? { log: bad.log, ...bad.firstBad } : null;
  const heads = evidence?.faults ?? [];
  return {
    isIntact: firstBad === null && storage.length === 0 && heads.length === 0,
    events: logs.reduce((sum, { events }) => sum + events, 0),
    head: logs[0]?.head ?? '',
    firstBad,
    logs,
    storage,
    heads,
    accepted: evidence?.accepted ?? [],
  };
}
