/** Whether versions follow each other within their streams, in bounded memory: what it does not remember is looked up by the page. */
import { HeadVersions } from './head-versions';
import type { ChainedEvent, StreamVersion } from './event-store.port';

const STREAMS_KEPT = 100_000;

/** Positions of the named events, null for one that is not there. */
export type LookUp = (versions: readonly StreamVersion[]) => Promise<readonly (number | null)[]>;

export class StreamVersions {
  private readonly known = new HeadVersions(STREAMS_KEPT);
  private doubtful: ChainedEvent[] = [];

  constructor(private readonly lookUp: LookUp) {}

  /** False where the event cannot follow; true also where that is not yet known. */
  take(event: ChainedEvent): boolean {
    const key = `${event.tenant_id}\u001f${event.stream}`;
    const last = this.known.get(key);
    this.known.set(key, event.version);
    if (last !== undefined) return event.version === last + 1;
    if (event.version > 1) this.doubtful.push(event);
    return event.version >= 1;
  }

  /** The first event taken since the last call whose predecessor is missing or comes after it, or null. */
  async firstOrphan(): Promise<ChainedEvent | null> {
    const events = this.doubtful;
    if (events.length === 0) return null;
    this.doubtful = [];
    const positions = await this.lookUp(events.map(({ tenant_id, stream, version }) => ({ tenant_id, stream, version: version - 1 })));
    return events.find((event, index) => (positions[index] ?? event.position) >= event.position) ?? null;
  }
}

export const orphanReason = ({ version, stream }: ChainedEvent): string =>
  `stream: version ${version} of ${stream} does not follow version ${version - 1}`;
