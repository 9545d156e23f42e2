/** Every stream of execution with its decider and projections. */
import { defineStream } from '../platform/streams/stream-registry';
import { orderDecider } from './order.decider';
import { orderProjection } from './order.projection';
import { tradeProjection } from './trade.projection';

export const executionStreams = [defineStream({ decider: orderDecider, state: orderProjection, rows: [tradeProjection] })] as const;
