/** Instruments as a read table of the reserved tenant. */
import type { Folded } from '../kernel/decider';
import type { InstrumentView } from '../contracts/instrument';
import { fromRowColumns, readTable, type StateProjection } from '../platform/projections/projection';
import { instrumentDecider, type InstrumentState, type ListedInstrument } from './instrument.decider';

export const instrumentsTable = readTable(
  'instruments',
  ['instrument_id'],
  ['symbol', 'exchange', 'state', 'created_at', 'updated_at', 'version'],
);

export function listed(state: InstrumentState): ListedInstrument {
  if (state.status === 'NONE') throw new Error('an instrument row without an instrument');
  return state;
}

export const instrumentProjection: StateProjection<InstrumentState> = {
  kind: 'state',
  name: 'instruments',
  version: 1,
  decider: instrumentDecider,
  table: instrumentsTable,
  toRow(id, { state, version, createdAt, updatedAt }) {
    const { symbol, exchange } = listed(state);
    return { instrument_id: id, symbol, exchange, state: JSON.stringify(state), created_at: createdAt, updated_at: updatedAt, version };
  },
  fromRow: (row) => fromRowColumns<InstrumentState>(row, (json) => JSON.parse(json) as ListedInstrument),
};

export function instrumentView({ state, createdAt }: Folded<InstrumentState>): InstrumentView {
  const { instrument_id, symbol, exchange, asset_type, currency, tick_size, lot_size, reference } = listed(state);
  return {
    id: instrument_id,
    symbol,
    exchange,
    asset_type,
    currency,
    tick_size,
    lot_size,
    reference_price: reference?.price ?? null,
    reference_at: reference?.at ?? null,
    created_at: createdAt,
  };
}
