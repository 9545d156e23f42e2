/** `vb events` on the own store. */
import { type Acceptance, acceptLoss } from '../platform/trust/accept-loss';
import type { TrustReport } from '../platform/trust/log-trust';
import { withPlatform, withStore } from './store-session';

export const verifyLogs = (): Promise<TrustReport> => withPlatform(({ trust }) => trust.verify());

export const publicKey = (): Promise<string> => withPlatform(({ trust }) => Promise.resolve(trust.publicKey));

/** The lines of one tenant's events with their proof, for `write` to take while the store is open. */
export const exportEvents = (tenantId: string, write: (lines: AsyncIterable<string>) => Promise<void>): Promise<void> =>
  withStore(async ({ logs, trust }) => write(trust.export({ log: await logs.of(tenantId), tenantId })));

export const acceptLosses = (log: number | 'all', reason: string): Promise<Acceptance> =>
  withPlatform(({ trust, opened, streams, clock, ids }) => {
    if (!trust.heads) throw new Error('a store without heads was opened');
    return acceptLoss({ heads: trust.heads, store: opened.store, streams, clock, ids }, log, reason);
  });
