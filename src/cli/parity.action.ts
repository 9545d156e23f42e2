/** `vb parity` on the own store. */
import { InputError } from '../kernel/errors';
import { compareWithLive, type ParityReport } from '../simulation/live-parity';
import { RecordedMarket } from '../simulation/recorded-market';
import { withApp } from './store-session';

export interface ParityRange {
  readonly position: string;
  readonly tenant: string;
  readonly from?: string;
  readonly to?: string;
}

/** Throws InputError where the position has no evaluations in the range. */
export const parityReport = (range: ParityRange): Promise<ParityReport> =>
  withApp(({ nest }) => reportOf(nest.get(RecordedMarket, { strict: false }), range));

async function reportOf(market: RecordedMarket, { tenant, position, from, to }: ParityRange): Promise<ParityReport> {
  const all = await market.evaluations(tenant, position);
  const chosen = all.filter(({ data: { evaluated_at: at } }) => (from === undefined || at >= from) && (to === undefined || at < to));
  if (chosen.length === 0) throw new InputError('parity.nothing', '--position', 'a position with evaluations in the range', position);
  const changes = await market.positionEvents(tenant, position);
  return compareWithLive(
    chosen,
    changes.map(({ position: at, type }) => ({ position: at, type })),
  );
}
