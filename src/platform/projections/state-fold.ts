/** The states of one state projection in one log: those used lately are kept, the others have their rows. */
import { streamId } from '../../kernel/decider';
import type { Row, RowWrite } from '../event-store/row-write';
import { scoped } from '../streams/append-plan';
import type { FoldEvent } from './fold-io';
import type { StateProjection } from './projection';

/** A stream's state as far as it is folded; changed in place, for there is one per event. */
interface StreamState {
  readonly tenantId: string;
  readonly stream: string;
  state: unknown;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export class StateFold {
  readonly changed = new Set<StreamState>();
  /** Whether a stream may have a row and no state here. */
  mayMiss: boolean;
  /** Two generations: what a whole generation did not touch is let go. */
  private young = new StreamStates();
  private old = new StreamStates();
  private readonly asked = new Map<string, Row>();

  constructor(
    private readonly projection: StateProjection<unknown>,
    private readonly log: number,
    private readonly statesKept: number,
    isFresh: boolean,
  ) {
    this.mayMiss = !isFresh;
  }

  get table() {
    return this.projection.table;
  }

  get isFull(): boolean {
    return this.young.size > this.statesKept;
  }

  /** Remembers to ask for the stream's row, where it has one and its state is not here. */
  look({ tenant_id: tenantId, stream, version }: FoldEvent): void {
    if (!this.mayMiss || version === 1 || this.find(tenantId, stream)) return;
    const key = `${tenantId}\u001f${stream}`;
    if (!this.asked.has(key)) this.asked.set(key, scoped({ log: this.log, tenantId }, { [this.idColumn]: streamId(stream) }));
  }

  wanted(): readonly Row[] {
    const keys = [...this.asked.values()];
    this.asked.clear();
    return keys;
  }

  adopt(rows: readonly Row[]): void {
    const { decider, fromRow } = this.projection;
    for (const row of rows) {
      const tenantId = String(row['tenant_id']);
      const stream = `${decider.category}-${String(row[this.idColumn])}`;
      this.young.set({ ...fromRow(row), tenantId, stream });
    }
  }

  apply({ tenant_id: tenantId, stream, version, type, ts }: FoldEvent, data: object): void {
    const { decider } = this.projection;
    let known = this.find(tenantId, stream);
    if (!known) {
      known = { tenantId, stream, state: decider.initialState, version: 0, createdAt: ts, updatedAt: ts };
      this.young.set(known);
    }
    if (version !== known.version + 1) throw new Error(`version ${version} of ${stream} does not follow version ${known.version}`);
    known.state = decider.evolve(known.state, { type, data }, ts);
    known.version = version;
    known.updatedAt = ts;
    this.changed.add(known);
  }

  /** Adds the rows that changed. What is not needed lately is let go where there is too much of it. */
  take(writes: RowWrite[]): void {
    const { table, toRow } = this.projection;
    for (const folded of this.changed) {
      const row = scoped({ log: this.log, tenantId: folded.tenantId }, toRow(streamId(folded.stream), folded));
      writes.push({ op: 'upsert', table, row });
    }
    this.changed.clear();
    if (!this.isFull) return;
    this.mayMiss = true;
    this.old = this.young;
    this.young = new StreamStates();
  }

  private find(tenantId: string, stream: string): StreamState | undefined {
    const young = this.young.get(tenantId, stream);
    if (young) return young;
    const old = this.old.get(tenantId, stream);
    if (old) this.young.set(old);
    return old;
  }

  /** State projections have one column beside log and tenant in their key: the stream's id. */
  private get idColumn(): string {
    return this.projection.table.key[2] ?? '';
  }
}

/** By tenant and stream; neighbours in the log mostly are of one tenant. */
class StreamStates {
  size = 0;
  private readonly tenants = new Map<string, Map<string, StreamState>>();
  private lastTenant = '';
  private last = new Map<string, StreamState>();

  get(tenantId: string, stream: string): StreamState | undefined {
    return this.of(tenantId).get(stream);
  }

  set(state: StreamState): void {
    const streams = this.of(state.tenantId);
    const before = streams.size;
    streams.set(state.stream, state);
    this.size += streams.size - before;
  }

  private of(tenantId: string): Map<string, StreamState> {
    if (tenantId === this.lastTenant) return this.last;
    const streams = this.tenants.get(tenantId) ?? new Map<string, StreamState>();
    this.tenants.set(tenantId, streams);
    this.lastTenant = tenantId;
    this.last = streams;
    return streams;
  }
}
