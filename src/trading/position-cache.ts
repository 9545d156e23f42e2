/** Position states by version: a stream's state at a version never changes, so only what moved is read and parsed again. */
import type { Folded } from '../kernel/decider';
import type { PositionState } from './position.state';

/** Two generations bound it: what a whole generation did not ask for is forgotten. */
const GENERATION = 50_000;

export class PositionCache {
  private young = new Map<string, Folded<PositionState>>();
  private old = new Map<string, Folded<PositionState>>();

  /** Null where this version is not at hand. */
  get(tenantId: string, positionId: string, version: number): Folded<PositionState> | null {
    const key = keyOf(tenantId, positionId);
    const young = this.young.get(key);
    if (young?.version === version) return young;
    const old = this.old.get(key);
    if (old?.version !== version) return null;
    this.keep(key, old);
    return old;
  }

  put(tenantId: string, positionId: string, folded: Folded<PositionState>): void {
    this.keep(keyOf(tenantId, positionId), folded);
  }

  private keep(key: string, folded: Folded<PositionState>): void {
    this.young.set(key, folded);
    if (this.young.size <= GENERATION) return;
    this.old = this.young;
    this.young = new Map();
  }
}

const keyOf = (tenantId: string, positionId: string): string => `${tenantId}/${positionId}`;
