/** Every stream of settings with its decider and projection. */
import { defineStream } from '../platform/streams/stream-registry';
import { settingsDecider } from './settings.decider';
import { settingsProjection } from './settings.projection';

export const configStreams = [defineStream({ decider: settingsDecider, state: settingsProjection })] as const;
