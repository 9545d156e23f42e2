/** A provider's call with an end: an answer, its error, or nothing heard within the limit. */
import { UnavailableError } from '../kernel/errors';
import type { Timer } from '../platform/time/timer.port';

/** The longest that one call to a provider may take, milliseconds. */
export const PROVIDER_LIMIT_MS = 3_000;

/** Rejects with UnavailableError once `limitMs` are over; what comes later is dropped. Work that throws at once is work that rejects. */
export function within<Answer>(timer: Timer, limitMs: number, work: () => Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let open = true;
    const settle = (how: () => void) => {
      if (!open) return;
      open = false;
      cancel();
      how();
    };
    const late = () => new UnavailableError('market_data.no_answer', `no answer within ${limitMs} ms`);
    const cancel = timer.after(limitMs, () => settle(() => reject(late())));
    begin(work).then(
      (answer) => settle(() => resolve(answer)),
      (error: unknown) => settle(() => reject(error)), // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors -- the provider's own
    );
  });
}

const begin = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => work();
