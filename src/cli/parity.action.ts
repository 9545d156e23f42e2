/** `vb parity` on the own store. */
import type { ParityReport } from '../simulation/live-parity';
import { RecordedMarket } from '../simulation/recorded-market';
import { type ParityRange, parityOf } from './parity-report';
import { withApp } from './store-session';

export const ownParity = (range: ParityRange): Promise<ParityReport> =>
  withApp(async ({ nest }) => {
    const market = nest.get(RecordedMarket, { strict: false });
    const { tenant, position } = range;
    return parityOf(range, await market.evaluations(tenant, position), await market.positionEvents(tenant, position));
  });
