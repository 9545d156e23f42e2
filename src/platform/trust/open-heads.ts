/** Opens the folder of heads for one process: holds it against the store before anything is written to either. */
import type { Clock } from '../../kernel/clock';
import type { EventStore } from '../event-store/event-store.port';
import type { LogHead } from '../event-store/head-witness';
import type { Timer } from '../time/timer.port';
import { HeadsEvidence } from './heads-evidence';
import { refuseContradictions } from './heads-check';
import type { HeadsFolder } from './heads-folder.port';
import { HeadsKeeper } from './heads-keeper';
import { SignatureCheck, type Signer } from './signatures';

export interface HeadsParts {
  readonly folder: HeadsFolder;
  readonly signer: Signer;
  /** The file of this process. */
  readonly fileName: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly onFailure: (error: unknown) => void;
}

/** Files of processes that ended long ago go once a newer one covers them. */
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

export class Heads {
  readonly keeper: HeadsKeeper;
  readonly check: SignatureCheck;

  constructor(readonly parts: HeadsParts) {
    const { folder, fileName, signer, clock, timer, onFailure } = parts;
    this.keeper = new HeadsKeeper({ file: folder.open(fileName), signer, clock, timer, onFailure });
    const check = SignatureCheck.of(signer.publicKey);
    if (!check) throw new Error('the signer has no Ed25519 key');
    this.check = check;
  }

  /** Why heads cannot be written down at the moment, or null. */
  hindrance(): string | null {
    const reason = this.keeper.hindrance;
    return reason === null ? null : `the heads of the logs cannot be written to ${this.parts.folder.path}: ${reason}`;
  }

  /** What the files say at this moment. */
  evidence(): HeadsEvidence {
    return new HeadsEvidence(this.parts.folder.read(), this.check);
  }

  /** Throws DomainError `store.lost_events`, `store.rewritten` or `heads.damaged` before anything is written. */
  async begin(store: EventStore): Promise<void> {
    const { folder, fileName } = this.parts;
    const files = folder.read();
    const evidence = new HeadsEvidence(files, this.check);
    await refuseContradictions(evidence, store, folder.path);
    const ends = await endsOf(store);
    const own = files.find(({ name }) => name === fileName)?.text ?? '';
    const isTidy = (own === '' || isSignedToTheEnd(own)) && ends.every((end) => isSigned(evidence, end));
    const lines = { accepted: evidence.accepted, signed: evidence.signed.get(fileName) ?? [] };
    const wrote = await this.keeper.begin(ends, lines, isTidy);
    const others = files.map(({ name }) => name).filter((name) => name !== fileName);
    if (wrote) folder.removeOlderThan(KEEP_MS, others);
  }
}

const isSignedToTheEnd = (text: string): boolean =>
  text.endsWith('\n') && text.slice(text.lastIndexOf('\n', text.length - 2) + 1).includes('"signature"');

const isSigned = (evidence: HeadsEvidence, { log, position }: LogHead): boolean => {
  const last = evidence.last(log);
  return last?.position === position && last.signedAt !== null;
};

/** Where every log ends. */
export async function endsOf(store: EventStore): Promise<readonly LogHead[]> {
  const ends: LogHead[] = [];
  for (const log of await store.logs()) {
    const [event] = await store.readChained({ log, after: (await store.head(log)) - 1, limit: 1 });
    if (event) ends.push({ log, position: event.position, chain: event.chain, recordedAt: event.recorded_at });
  }
  return ends;
}
