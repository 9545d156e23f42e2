/** Every stream of trading with its decider and projections. */
import type { RecordedEvaluation } from '../contracts/evaluation';
import { defineStream } from '../platform/streams/stream-registry';
import { evaluationDecider } from './evaluation.decider';
import { latestEvaluationProjection } from './evaluation.projection';
import { expandEvaluation } from './evaluation.record';
import { instrumentDecider } from './instrument.decider';
import { instrumentProjection } from './instrument.projection';
import { portfolioDecider, slotDecider } from './portfolio.decider';
import { portfolioProjection } from './portfolio.projection';
import { positionActionsProjection } from './position-actions.projection';
import { positionDecider } from './position.decider';
import { positionProjection } from './position.projection';
import { tickDecider } from './tick.decider';

export const tradingStreams = [
  defineStream({ decider: instrumentDecider, state: instrumentProjection }),
  defineStream({ decider: portfolioDecider, state: portfolioProjection }),
  defineStream({ decider: slotDecider }),
  defineStream({ decider: positionDecider, state: positionProjection, rows: [positionActionsProjection] }),
  defineStream({
    decider: evaluationDecider,
    appendsAnyway: true,
    rows: [latestEvaluationProjection],
    expand: (data, header) => expandEvaluation(data as RecordedEvaluation, header),
  }),
  defineStream({ decider: tickDecider }),
] as const;
