/** Kills this process at the nth pass of a named place: `CRASH_AT=flush:mid:3`. Wired only where that variable is set. */
import { InputError } from '../../kernel/errors';
import { CrashPoints, NoCrashPoints } from './crash-points';

export class KillingCrashPoints extends CrashPoints {
  constructor(
    private readonly name: string,
    private remaining: number,
    private readonly kill: () => void = () => process.kill(process.pid, 'SIGKILL'),
  ) {
    super();
  }

  hit(name: string): void {
    if (name !== this.name) return;
    this.remaining -= 1;
    if (this.remaining === 0) this.kill();
  }
}

/** Throws InputError where the setting is not `<name>:<nth>`. */
export function crashPointsFrom(setting: string | undefined): CrashPoints {
  if (!setting) return new NoCrashPoints();
  const colon = setting.lastIndexOf(':');
  const nth = Number(setting.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(nth) || nth < 1) {
    throw new InputError('config.crash_at', 'CRASH_AT', '<name>:<nth>, for example flush:mid:3', setting);
  }
  return new KillingCrashPoints(setting.slice(0, colon), nth);
}
