/** Whether versions follow each other within their streams, in bounded memory: what it does not remember is looked up by the page. */
import type { LogLink } from './event-chain';
import { UNIT } from './event-hash';
import { HeadVersions } from './head-versions';

const STREAMS_KEPT = 100_000;

/** Names an event by its place in its stream. */
export interface StreamVersion {
  readonly tenantId: string;
  readonly stream: string;
  readonly version: number;
}

/** Positions of the named events, null for one that is not there. */
export type LookUp = (versions: readonly StreamVersion[]) => Promise<readonly (number | null)[]>;

export class StreamVersions {
  private readonly known = new HeadVersions(STREAMS_KEPT);
  private doubtful: LogLink[] = [];

  constructor(private readonly lookUp: LookUp) {}

  /** False where the event cannot follow; true also where that is not yet known. */
  take(link: LogLink): boolean {
    const last = this.known.get(link.source);
    this.known.set(link.source, link.version);
    if (last !== undefined) return link.version === last + 1;
    if (link.version > 1) this.doubtful.push(link);
    return link.version >= 1;
  }

  /** The first event taken since the last call whose predecessor is missing or comes after it, or null. */
  async firstOrphan(): Promise<LogLink | null> {
    const links = this.doubtful;
    if (links.length === 0) return null;
    this.doubtful = [];
    const positions = await this.lookUp(links.map(({ source, version }) => ({ ...placeOf(source), version: version - 1 })));
    return links.find((link, index) => (positions[index] ?? link.position) >= link.position) ?? null;
  }
}

function placeOf(source: string): { readonly tenantId: string; readonly stream: string } {
  const end = source.indexOf(UNIT);
  return { tenantId: source.slice(0, end), stream: source.slice(end + 1) };
}

export const orphanReason = ({ version, source }: LogLink): string =>
  `stream: version ${version} of ${placeOf(source).stream} does not follow version ${version - 1}`;
