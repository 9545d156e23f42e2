/** Keeps a slow provider of announcements from holding up the nightly job: no answer within the limit is an error that says so. */
import type { Timer } from '../platform/time/timer.port';
import { ActionProvider, type ActionsRequest, type ProvidedAction } from './actions.port';
import { PROVIDER_LIMIT_MS, within } from './bounded-call';

export class BoundedActions extends ActionProvider {
  readonly name: ActionProvider['name'];

  constructor(
    private readonly provider: ActionProvider,
    private readonly timer: Timer,
    private readonly limitMs = PROVIDER_LIMIT_MS,
  ) {
    super();
    this.name = provider.name;
  }

  actions(request: ActionsRequest): Promise<readonly ProvidedAction[]> {
    return within(this.timer, this.limitMs, () => this.provider.actions(request));
  }
}
