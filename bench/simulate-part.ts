/** One process of `simulate.ts`: measures what it is told to and says what it saw. */
import type { Measured, PartName } from './simulate-measured';

type Part = (argument: string) => Promise<Omit<Measured, 'peakMb'> & Partial<Measured>>;

/** Loaded only where it is asked for: what a part holds in memory is its own. */
const PARTS: Readonly<Record<PartName, () => Promise<Part>>> = {
  engine: async () => (await import('./simulate-engine.ts')).enginePart,
  sweep: async () => (await import('./simulate-engine.ts')).sweepPart,
  store: async () => (await import('./simulate-server.ts')).storePart,
  serve: async () => (await import('./simulate-server.ts')).servePart,
  api: async () => (await import('./simulate-api.ts')).apiPart,
};

const SAMPLE_MS = 10;

async function main([part, argument = '']: readonly string[]): Promise<void> {
  let peak = 0;
  const look = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));
  const sampling = setInterval(look, SAMPLE_MS); // between what blocks the event loop
  const measured = await (await PARTS[part as PartName]())(argument);
  look();
  clearInterval(sampling);
  process.send?.({ peakMb: peak / 1024 ** 2, ...measured }, () => process.disconnect());
}

void main(process.argv.slice(2));
