/** What people decide about the log itself. */
import type { Instant } from '../kernel/clock';

/** Stream `log-<number>`, kept by tenant `system`: a loss of events was found, looked into and accepted. */
export type LogEvent = {
  readonly type: 'LossAccepted';
  readonly data: {
    readonly log: number;
    /** Where the database ended when it was accepted. */
    readonly kept_position: number;
    /** The newest head that was written down outside the database; null where those files were of no use any more. */
    readonly signed_position: number | null;
    readonly signed_chain: string | null;
    readonly signed_at: Instant | null;
    readonly reason: string;
  };
};
