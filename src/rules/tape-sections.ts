/** A tape in sections: what many runs look at one after the other stays near in memory, section by section. */

/** Bars: of everything that runs look at, half a megabyte at most. Whole blocks of every kind. */
export const SECTION = 16_384;

/** Tells the ends of all sections in their order, the last one's being the tape's. */
export function bySections(bars: number, see: (end: number) => void): void {
  for (let end = SECTION; end < bars; end += SECTION) see(end);
  see(bars);
}
