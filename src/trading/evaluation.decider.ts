/** Evaluations are facts: one per tick and position, appended whatever else happens to the position. */
import type { Decider } from '../kernel/decider';
import type { EvaluationEvent, RecordEvaluation } from '../contracts/evaluation';
import { compactEvaluation } from './evaluation.record';

export const evaluationDecider: Decider<null, RecordEvaluation, EvaluationEvent> = {
  category: 'evaluations',
  initialState: null,
  decide({ data }) {
    const { portfolio_id, position_id, instrument_id, symbol } = data;
    return [{ type: 'EvaluationRecorded', data: compactEvaluation(data), subject: { portfolio_id, position_id, instrument_id, symbol } }];
  },
  evolve: () => null,
  subject: (_state, { subject }) => subject ?? {},
  uniqueKey: ({ data, subject }) => (data.tick_id ? evaluationKey(data.tick_id, subject?.position_id ?? '') : null),
};

export const evaluationStream = (positionId: string): string => `evaluations-${positionId}`;
export const evaluationKey = (tickId: string, positionId: string): string => `${tickId}/${positionId}`;
