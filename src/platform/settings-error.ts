import { DomainError } from '../kernel/errors';

/** All mistakes at once, one sentence each: whoever starts the process corrects them in one go. */
export class SettingsError extends DomainError {
  constructor(readonly mistakes: readonly string[]) {
    super('settings.invalid', mistakes.join('\n'), { mistakes });
  }
}
