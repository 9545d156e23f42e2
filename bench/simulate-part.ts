/** One process of `simulate.ts`: measures what it is told to and says what it saw. */
import 'reflect-metadata';
import type { Standing } from './measure';
import { apiPart, storePart } from './simulate-api';
import { enginePart, sweepPart } from './simulate-engine';

export type PartName = 'engine' | 'sweep' | 'store' | 'api';

export interface Measured {
  readonly remark: string;
  readonly standings: readonly Standing[];
  readonly peakMb: number;
}

const PARTS: Readonly<Record<PartName, (argument: string) => Promise<Omit<Measured, 'peakMb'>>>> = {
  engine: enginePart,
  sweep: sweepPart,
  store: storePart,
  api: apiPart,
};

const SAMPLE_MS = 10;

async function main([part, argument = '']: readonly string[]): Promise<void> {
  let peak = 0;
  const look = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));
  const sampling = setInterval(look, SAMPLE_MS); // between what blocks the event loop
  const measured = await PARTS[part as PartName](argument);
  look();
  clearInterval(sampling);
  process.send?.({ ...measured, peakMb: peak / 1024 ** 2 }, () => process.disconnect());
}

void main(process.argv.slice(2));
