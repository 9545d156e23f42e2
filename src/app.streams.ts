/** Every stream of the program: one list, for the program itself and for the threads that fold its log. A new context adds its own here. */
import { configStreams } from './config/config.streams';
import { corporateActionsStreams } from './corporate-actions/corporate-actions.streams';
import { executionStreams } from './execution/execution.streams';
import type { StreamDefinition } from './platform/streams/stream-registry';
import { tenantStream } from './platform/tenancy/tenancy.projections';
import { logStream } from './platform/trust/log.decider';
import { tradingStreams } from './trading/trading.streams';

export const appStreams: readonly StreamDefinition[] = [
  tenantStream,
  logStream,
  ...configStreams,
  ...tradingStreams,
  ...executionStreams,
  ...corporateActionsStreams,
];
