/** The way out where events are lost for good: recorded in the log, signed beside it, and the old heads kept for whoever asks later. */
import type { Clock } from '../../kernel/clock';
import { systemContext, SYSTEM_TENANT } from '../../kernel/context';
import { DomainError } from '../../kernel/errors';
import type { Ids } from '../../kernel/ids';
import type { EventStore } from '../event-store/event-store.port';
import type { LogHead } from '../event-store/head-witness';
import type { StreamRunner } from '../streams/stream-runner';
import { type AcceptedLoss, cellsOf, lineText, signAcceptance, signHeads } from './head-lines';
import { contradictionOf } from './heads-check';
import type { HeadsEvidence } from './heads-evidence';
import type { LogCommand } from './log.decider';
import { endsOf, type Heads } from './open-heads';

export interface AcceptParts {
  readonly heads: Heads;
  readonly store: EventStore;
  readonly streams: StreamRunner;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface Acceptance {
  readonly accepted: readonly AcceptedLoss[];
  /** Where the heads from before are kept. */
  readonly archive: string;
}

/** For a store that is opened with its heads set aside. Throws DomainError `heads.nothing_lost`, or `heads.damaged` where one log is not enough. */
export async function acceptLoss(parts: AcceptParts, wanted: number | 'all', reason: string): Promise<Acceptance> {
  const { heads, store, clock } = parts;
  const { folder, signer } = heads.parts;
  const names = folder.read().map(({ name }) => name);
  const evidence = heads.evidence();
  const logs = await lossesOf(evidence, store, wanted);
  const at = clock.now();
  const accepted: AcceptedLoss[] = [];
  for (const log of logs) {
    const kept = (await endsOf(store)).find((end) => end.log === log) ?? null;
    const last = evidence.last(log);
    await record(parts, log, kept, evidence, reason);
    const facts = { accepted_at: at, log, kept: kept && cellsOf(kept), signed_head: last && cellsOf(last), reason };
    accepted.push(await signAcceptance(signer, facts));
  }
  // The new file is durable before the old ones go: cut off in between, the start refuses as before and this is run again.
  const newest = newestHeads(evidence, await endsOf(store), new Set(logs));
  const lines = [...evidence.accepted, ...accepted, ...(newest.length > 0 ? [await signHeads(signer, at, newest)] : [])];
  const label = at.replaceAll(/[:.]/g, '-');
  const file = folder.open(`accepted-${label}.jsonl`);
  await file.replace(lines.map(lineText).join(''), () => '');
  file.close();
  return { accepted, archive: folder.archive(names, label) };
}

async function lossesOf(evidence: HeadsEvidence, store: EventStore, wanted: number | 'all'): Promise<readonly number[]> {
  const [fault] = evidence.faults;
  if (fault !== undefined && wanted !== 'all') {
    throw new DomainError('heads.damaged', `The heads of every log are in doubt: ${fault}; look into it, then accept it with --log all`);
  }
  const all = [...new Set([...(await store.logs()), ...evidence.logs()])].sort((a, b) => a - b);
  if (fault !== undefined) return all;
  const lost: number[] = [];
  for (const log of wanted === 'all' ? all : [wanted]) if (await contradictionOf(evidence, log, store)) lost.push(log);
  if (lost.length === 0) {
    const what = wanted === 'all' ? 'No log has lost anything' : `Log ${wanted} has lost nothing`;
    throw new DomainError('heads.nothing_lost', `${what} that was written down outside the database; there is nothing to accept`);
  }
  return lost;
}

async function record(
  { streams, ids }: AcceptParts,
  log: number,
  kept: LogHead | null,
  evidence: HeadsEvidence,
  reason: string,
): Promise<void> {
  const last = evidence.last(log);
  const command: LogCommand = {
    type: 'AcceptLoss',
    data: {
      log,
      kept_position: kept?.position ?? 0,
      signed_position: last?.position ?? null,
      signed_chain: last?.chain ?? null,
      signed_at: last?.signedAt ?? null,
      reason,
    },
  };
  await streams.run(systemContext(SYSTEM_TENANT, 'vb-accept-loss', ids.next()), [{ stream: `log-${log}`, command }]);
}

/** Accepted logs go on from what is there; of the others the newest head stays what it was. */
function newestHeads(evidence: HeadsEvidence, ends: readonly LogHead[], accepted: ReadonlySet<number>): readonly LogHead[] {
  const byLog = new Map(ends.map((end) => [end.log, end]));
  for (const log of evidence.logs()) {
    const last = evidence.last(log);
    if (last && !accepted.has(log) && last.position > (byLog.get(log)?.position ?? 0)) byLog.set(log, last);
  }
  return [...byLog.values()].sort((a, b) => a.log - b.log);
}
