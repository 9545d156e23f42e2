/** Every stream of corporate actions with its decider and projections. */
import { defineStream } from '../platform/streams/stream-registry';
import { announcementDecider } from './announcement.decider';
import { announcementProjection } from './announcement.projection';

export const corporateActionsStreams = [defineStream({ decider: announcementDecider, state: announcementProjection })] as const;
