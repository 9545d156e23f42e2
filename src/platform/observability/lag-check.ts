/** A process whose subscriptions hang behind the log shows old data and sends orders late: it is not ready until they caught up. */
import type { SubscriptionStatus } from '../subscriptions/subscription';
import type { ReadinessCheck } from './readiness';

/** A burst of a tick with 10,000 evaluations is ordinary work. */
const TOLERATED_LAG = 20_000;

export function lagCheck(statuses: () => Promise<readonly SubscriptionStatus[]>): ReadinessCheck {
  return async () => {
    const troubled = (await statuses()).filter(({ lag, failures }) => lag > TOLERATED_LAG || (failures > 0 && lag > 0));
    if (troubled.length === 0) return null;
    return troubled.map(({ name, lag, lastError }) => `${name} is ${lag} events behind${lastError ? ` (${lastError})` : ''}`).join(', ');
  };
}
