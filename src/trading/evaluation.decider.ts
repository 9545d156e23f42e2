/** Evaluations are facts: one per tick and position, appended whatever else happens to the position. */
import type { Decider } from '../kernel/decider';
import type { EvaluationData, EvaluationEvent, RecordEvaluation } from '../contracts/evaluation';

export const evaluationDecider: Decider<null, RecordEvaluation, EvaluationEvent> = {
  category: 'evaluations',
  initialState: null,
  decide: ({ data }) => [{ type: 'EvaluationRecorded', data }],
  evolve: () => null,
  subject: (_state, { data: { portfolio_id, position_id, instrument_id, symbol } }) => ({ portfolio_id, position_id, instrument_id, symbol }),
  uniqueKey: ({ data }) => (data.tick_id === null ? null : evaluationKey(data.tick_id, data.position_id)),
};

export const evaluationStream = (positionId: string): string => `evaluations-${positionId}`;
export const evaluationKey = (tickId: string, positionId: EvaluationData['position_id']): string => `${tickId}/${positionId}`;
