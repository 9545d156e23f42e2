/** What a process of `simulate.ts` is told, and what it answers. */
import type { Standing } from './measure';

export type PartName = 'engine' | 'sweep' | 'store' | 'serve' | 'api';

export interface Measured {
  readonly remark: string;
  readonly standings: readonly Standing[];
  readonly peakMb: number;
}
