/** A process whose subscriptions hang behind the log shows old data and sends orders late: it is not ready until they caught up. */
import type { SubscriptionStatus } from '../subscriptions/subscription.port';
import type { ReadinessCheck } from './readiness';

/** A burst of a tick with 10,000 evaluations is ordinary work. */
const TOLERATED_LAG = 20_000;

/** Of the partitions that this process reads, and of those that nobody does; what another process reads is that one's hindrance. */
export function lagCheck(statuses: () => Promise<readonly SubscriptionStatus[]>): ReadinessCheck {
  return async () => {
    const own = (await statuses()).filter(({ isHeldHere, holder }) => isHeldHere || holder === null);
    const troubled = own.filter(({ lag, failures }) => lag > TOLERATED_LAG || (failures > 0 && lag > 0));
    return troubled.length === 0 ? null : troubled.map(sentence).join(', ');
  };
}

const sentence = ({ name, log, partition, lag, lastError }: SubscriptionStatus): string =>
  `${name} is ${lag} events behind in partition ${partition} of log ${log}${lastError ? ` (${lastError})` : ''}`;
