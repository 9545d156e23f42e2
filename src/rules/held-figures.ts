/** What a holding comes to over its tape: course, drawdown and exposure, while it is still being recorded or afterwards. */
import type { Drawdown } from './drawdown';
import { ExposureSum } from './exposure';
import { CourseWatch, type HeldStretches, HeldWalk, type PricedBars } from './held-stretches';
import type { Course } from './performance';
import { bySections } from './tape-sections';

export interface HeldFigures extends Course, Drawdown {
  /** Value at the first bar. */
  readonly start: number;
  /** Mean share of stock; null where a bar has no value. */
  readonly exposure: number | null;
}

/** Always told the same sections, so that the same holding has the same digits. */
export class FigureWatch {
  private readonly course: CourseWatch;
  private readonly exposure: ExposureSum;
  private readonly walk: HeldWalk;

  /** The holding of the first bar is known. */
  constructor(priced: PricedBars, held: HeldStretches) {
    this.course = new CourseWatch(priced, held);
    this.exposure = new ExposureSum(priced.closes);
    this.walk = new HeldWalk(held, [this.course, this.exposure]);
  }

  /** Up to the end of a section, before which the holding does not change any more. */
  upTo(end: number): void {
    this.walk.upTo(end);
  }

  end(): HeldFigures {
    const { start } = this.course;
    return { start, ...this.course.end(), exposure: this.exposure.mean() };
  }
}

export function figuresOf(priced: PricedBars, held: HeldStretches): HeldFigures {
  const watch = new FigureWatch(priced, held);
  bySections(priced.closes.length, (end) => watch.upTo(end));
  return watch.end();
}
