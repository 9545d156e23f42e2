/** `vb subscriptions` on the own store. */
import type { ParkedKey, ParkedStream } from '../platform/subscriptions/parked-streams';
import type { SubscriptionStatus } from '../platform/subscriptions/subscription.port';
import { SubscriptionsRunner } from '../platform/subscriptions/subscriptions.runner';
import { withApp } from './store-session';

export const subscriptionStatuses = (): Promise<readonly SubscriptionStatus[]> =>
  withApp(({ nest }) => nest.get(SubscriptionsRunner).statuses());

/** Of every tenant, the longest parked first. */
export const parkedStreams = (limit: number): Promise<readonly ParkedStream[]> =>
  withApp(({ nest }) => nest.get(SubscriptionsRunner).parked({ tenantId: null, limit }));

export const decideParked = (key: ParkedKey, decision: 'redrive' | 'discard'): Promise<void> =>
  withApp(({ nest }) => nest.get(SubscriptionsRunner)[decision](key));
