/** Settings as a read table: one row per scope. */
import { fromRowColumns, readTable, type StateProjection } from '../platform/projections/projection';
import { type ScopeSettings, settingsDecider } from './settings.decider';

export const settingsTable = readTable('settings', ['target'], ['state', 'created_at', 'updated_at', 'version']);

export const settingsProjection: StateProjection<ScopeSettings> = {
  kind: 'state',
  name: 'settings',
  version: 1,
  decider: settingsDecider,
  table: settingsTable,
  toRow: (id, { state, version, createdAt, updatedAt }) => ({
    target: id,
    state: JSON.stringify(state),
    created_at: createdAt,
    updated_at: updatedAt,
    version,
  }),
  fromRow: (row) => fromRowColumns<ScopeSettings>(row, (json) => JSON.parse(json) as ScopeSettings),
};
