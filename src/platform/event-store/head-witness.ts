/** Told after each commit where the logs that it wrote to end: what a copy of the database cannot take back lies with the witness. */
import type { Instant } from '../../kernel/clock';

/** Where a log ended at some moment. */
export interface LogHead {
  readonly log: number;
  readonly position: number;
  /** Hash over everything up to there. */
  readonly chain: string;
  readonly recordedAt: Instant;
}

export abstract class HeadWitness {
  /** Never throws: what it is told is durable already. */
  abstract saw(heads: readonly LogHead[]): void;
}

/** For stores that nobody will miss. */
export class NoWitness extends HeadWitness {
  saw(): void {}
}
