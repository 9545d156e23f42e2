/** The evaluations of a range, held against the engine: wherever they were read. */
import { InputError } from '../kernel/errors';
import { compareWithLive, type ParityReport, type PositionChange, type RecordedDecision } from '../simulation/live-parity';

export interface ParityRange {
  readonly position: string;
  readonly tenant: string;
  readonly from?: string;
  readonly to?: string;
}

/** Throws InputError where the position has no evaluations in the range. */
export function parityOf(
  { position, from, to }: ParityRange,
  evaluations: readonly RecordedDecision[],
  changes: readonly PositionChange[],
): ParityReport {
  const chosen = evaluations.filter(
    ({ data: { evaluated_at: at } }) => (from === undefined || at >= from) && (to === undefined || at < to),
  );
  if (chosen.length === 0) throw new InputError('parity.nothing', '--position', 'a position with evaluations in the range', position);
  return compareWithLive(
    chosen,
    changes.map(({ position: at, type }) => ({ position: at, type })),
  );
}
