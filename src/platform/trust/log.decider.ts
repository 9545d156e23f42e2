/** One stream per log: which losses of events somebody accepted. */
import type { LogEvent } from '../../contracts/trust';
import type { Decider } from '../../kernel/decider';
import { never } from '../../kernel/errors';
import { defineStream } from '../streams/stream-registry';

export interface LogCommand {
  readonly type: 'AcceptLoss';
  readonly data: LogEvent['data'];
}

export interface LogState {
  readonly accepted: number;
}

export const logDecider: Decider<LogState, LogCommand, LogEvent> = {
  category: 'log',
  initialState: { accepted: 0 },

  decide(command) {
    switch (command.type) {
      case 'AcceptLoss':
        return [{ type: 'LossAccepted', data: command.data }];
      default:
        return never(command.type);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'LossAccepted':
        return { accepted: state.accepted + 1 };
      default:
        return never(event.type);
    }
  },

  subject: () => ({}),
};

export const logStream = defineStream({ decider: logDecider });
