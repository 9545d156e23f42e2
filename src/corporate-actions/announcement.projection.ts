/** Announcements as a read table. */
import type { Folded } from '../kernel/decider';
import { SYSTEM_TENANT } from '../kernel/context';
import type { AnnouncementView } from '../contracts/corporate-action';
import { fromRowColumns, readTable, type StateProjection } from '../platform/projections/projection';
import { announcementDecider, type AnnouncementState, type KnownAnnouncement } from './announcement.decider';

export const announcementsTable = readTable(
  'corporate_actions',
  ['corporate_action_id'],
  ['instrument_id', 'symbol', 'type', 'status', 'unapplied', 'ex_date', 'pay_date', 'state', 'created_at', 'updated_at', 'version'],
);

export const announcementProjection: StateProjection<AnnouncementState> = {
  kind: 'state',
  name: 'corporate_actions',
  version: 1,
  decider: announcementDecider,
  table: announcementsTable,
  toRow(id, { state, version, createdAt, updatedAt }) {
    const { instrument_id, symbol, type, status, ex_date, pay_date, revision, processed_revision } = known(state);
    return {
      corporate_action_id: id,
      instrument_id,
      symbol,
      type,
      status,
      unapplied: processed_revision < revision ? 1 : 0,
      ex_date,
      pay_date,
      state: JSON.stringify(state),
      created_at: createdAt,
      updated_at: updatedAt,
      version,
    };
  },
  fromRow: (row) => fromRowColumns<AnnouncementState>(row, (json) => JSON.parse(json) as AnnouncementState),
};

export function known(state: AnnouncementState): KnownAnnouncement {
  if (state.status === 'NONE') throw new Error('an announcement row without an announcement');
  return state;
}

export function announcementView(tenantId: string, { state, version, createdAt, updatedAt }: Folded<AnnouncementState>): AnnouncementView {
  const { processed_revision: _processed, ...announcement } = known(state);
  return {
    ...announcement,
    id: announcement.corporate_action_id,
    scope: tenantId === SYSTEM_TENANT ? 'all' : 'tenant',
    created_at: createdAt,
    updated_at: updatedAt,
    version,
  };
}
