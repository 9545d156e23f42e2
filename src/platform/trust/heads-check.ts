/** Holds the heads that were written down against the database: at each start the newest, cheaply; verification holds all of them. */
import { DomainError } from '../../kernel/errors';
import type { EventStore } from '../event-store/event-store.port';
import type { HeadsEvidence, Witness } from './heads-evidence';

/** A log of which less is there than was written down, or something else. */
export interface HeadsContradiction {
  readonly kind: 'lost' | 'rewritten';
  readonly log: number;
  /** Where the database ends. */
  readonly end: number;
  readonly witness: Witness;
}

type Reader = Pick<EventStore, 'head' | 'readChained'>;

/** What contradicts the newest head of each log in each file. */
export async function contradictions(evidence: HeadsEvidence, store: Reader): Promise<readonly HeadsContradiction[]> {
  const found: HeadsContradiction[] = [];
  for (const log of evidence.logs()) {
    const contradiction = await contradictionOf(evidence, log, store);
    if (contradiction) found.push(contradiction);
  }
  return found;
}

export async function contradictionOf(evidence: HeadsEvidence, log: number, store: Reader): Promise<HeadsContradiction | null> {
  const end = await store.head(log);
  const last = evidence.last(log);
  if (last && last.position > end) return { kind: 'lost', log, end, witness: last };
  for (const witness of newestByFile(evidence.of(log))) {
    const [event] = await store.readChained({ log, after: witness.position - 1, upTo: witness.position, limit: 1 });
    if (event?.chain !== witness.chain) return { kind: 'rewritten', log, end, witness };
  }
  return null;
}

const newestByFile = (heads: readonly Witness[]): readonly Witness[] => [...new Map(heads.map((head) => [head.file, head])).values()];

const told = ({ file, signedAt, recordedAt }: Witness): string =>
  `${file}, recorded ${recordedAt} and ${signedAt === null ? 'not yet signed' : `signed ${signedAt}`}`;

export function contradictionText({ kind, log, end, witness }: HeadsContradiction): string {
  const { position } = witness;
  if (kind === 'lost') {
    const lost = end + 1 === position ? `event ${position}` : `events ${end + 1} to ${position}`;
    return `Log ${log} has lost ${lost}: the database ends at position ${end}, a head outside of it names ${position} (${told(witness)})`;
  }
  return `Log ${log} is not the log that was written: at position ${position} it has another hash than the head outside the database (${told(witness)})`;
}

const wayOut = (log: number | 'all', end = 1): string =>
  `Restore the newest backup${end === 0 ? ', or move the folder of heads away where this is to be a new store' : ''}; only where the loss was looked into and accepted, run: vb events accept-loss --log ${log} --reason "<why>"`;

/** Throws DomainError `store.lost_events`, `store.rewritten` or `heads.damaged`: on such a log nothing may be traded. */
export async function refuseContradictions(evidence: HeadsEvidence, store: Reader, folder: string): Promise<void> {
  const [fault] = evidence.faults;
  if (fault !== undefined) {
    throw new DomainError('heads.damaged', `The signed heads in ${folder} cannot be trusted: ${fault}. ${wayOut('all')}`, {
      faults: evidence.faults,
    });
  }
  const found = await contradictions(evidence, store);
  const [first] = found;
  if (!first) return;
  const sentences = found.map((contradiction) => `${contradictionText(contradiction)}. ${wayOut(contradiction.log, contradiction.end)}`);
  throw new DomainError(first.kind === 'lost' ? 'store.lost_events' : 'store.rewritten', sentences.join('\n'), {
    contradictions: found.map(({ kind, log, end, witness }) => ({ kind, log, end, position: witness.position })),
  });
}
