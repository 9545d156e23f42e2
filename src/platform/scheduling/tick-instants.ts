/** Cron arithmetic in UTC: which scheduled instant is meant, which comes next, which were missed. */
import { CronExpression, CronExpressionParser, CronFieldCollection } from 'cron-parser';
import { epochMs, type Instant, toInstant } from '../../kernel/clock';
import { InputError } from '../../kernel/errors';

/** The instants between two others. */
export interface MissedInstants {
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
}

const DAY_MS = 86_400_000;
const RULE = 'a cron expression of 5 or 6 fields (UTC), for example */5 * * * *';

export class TickInstants {
  /** Throws InputError naming `setting` where `cron` cannot be read or never comes due. */
  constructor(
    readonly cron: string,
    private readonly setting = 'VB_TICK_CRON',
  ) {
    this.next('2026-01-01T00:00:00.000Z');
  }

  /** The scheduled instant nearest to `now`: a tick's id, whatever the timer's own reading was. A tie goes to the earlier one. */
  nearest(now: Instant): Instant {
    const before = this.previous(toInstant(epochMs(now) + 1));
    const after = this.next(now);
    return epochMs(now) - epochMs(before) <= epochMs(after) - epochMs(now) ? before : after;
  }

  /** The first scheduled instant after `instant`. */
  next(instant: Instant): Instant {
    return this.from(instant, (schedule) => schedule.next().getTime());
  }

  /** The last scheduled instant before `instant`. */
  previous(instant: Instant): Instant {
    return this.from(instant, (schedule) => schedule.prev().getTime());
  }

  /**
   * The scheduled instants after `after` and before `before`, both excluded; null where there are none. The count is exact and
   * nothing is enumerated but days: a gap of ten years costs a quarter of a second, however often the schedule comes due.
   */
  missed(after: Instant, before: Instant): MissedInstants | null {
    const first = this.next(after);
    if (first >= before) return null;
    const last = this.previous(before);
    return { first, last, count: this.countBetween(epochMs(first), epochMs(last)) };
  }

  /** Both bounds included. */
  private countBetween(first: number, last: number): number {
    const { fields } = this.parse(toInstant(first));
    const hours = fields.hour.values as readonly number[];
    const minutes = fields.minute.values as readonly number[];
    const seconds = fields.second.values as readonly number[];
    const upTo = (timeOfDay: number): number => countTimes(hours, minutes, seconds, timeOfDay);
    const firstDay = startOfDay(first);
    const lastDay = startOfDay(last);
    const beforeFirst = upTo(first - firstDay - 1000);
    if (firstDay === lastDay) return upTo(last - lastDay) - beforeFirst;
    const wholeDays = this.daysBetween(fields, firstDay, lastDay);
    const perDay = hours.length * minutes.length * seconds.length;
    return perDay - beforeFirst + wholeDays * perDay + upTo(last - lastDay);
  }

  /** Scheduled days after `firstDay` and before `lastDay`. */
  private daysBetween(fields: CronFieldCollection, firstDay: number, lastDay: number): number {
    const midnights = CronFieldCollection.from(fields, { second: [0], minute: [0], hour: [0] });
    const days = CronExpression.fieldsToExpression(midnights, { currentDate: new Date(firstDay), tz: 'UTC' });
    let count = 0;
    while (days.next().getTime() < lastDay) count += 1;
    return count;
  }

  private from(instant: Instant, step: (schedule: CronExpression) => number): Instant {
    const schedule = this.parse(instant);
    try {
      return toInstant(step(schedule));
    } catch (cause) {
      throw this.refused(cause);
    }
  }

  /** An empty or short text would mean every minute, and `H` another instant in each process. */
  private parse(instant: Instant): CronExpression {
    if (!/^\S+( +\S+){4,5}$/.test(this.cron.trim()) || /\bH\b/i.test(this.cron)) throw this.refused(null);
    try {
      return CronExpressionParser.parse(this.cron, { currentDate: new Date(epochMs(instant)), tz: 'UTC' });
    } catch (cause) {
      throw this.refused(cause);
    }
  }

  private refused(cause: unknown): InputError {
    const error = new InputError('config.cron', this.setting, RULE, this.cron);
    error.cause = cause;
    return error;
  }
}

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** How many times of a day are due up to `timeOfDay` (milliseconds, included; before midnight none). */
function countTimes(hours: readonly number[], minutes: readonly number[], seconds: readonly number[], timeOfDay: number): number {
  if (timeOfDay < 0) return 0;
  const second = Math.floor(timeOfDay / 1000);
  const [h, m, s] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  const below = (values: readonly number[], bound: number): number => values.filter((value) => value < bound).length;
  const inHour = below(hours, h) * minutes.length * seconds.length;
  if (!hours.includes(h)) return inHour;
  const inMinute = below(minutes, m) * seconds.length;
  return inHour + inMinute + (minutes.includes(m) ? below(seconds, s + 1) : 0);
}
