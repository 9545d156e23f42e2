/** Recorded corporate actions with the instant from which their exchange trades without what they give. */
import type { Exchange } from '../contracts/instrument';
import type { Instant } from '../kernel/clock';
import { exDateInstants } from './ex-date';
import type { ExchangeCalendar } from './exchange-calendar';
import type { RecordedAction } from './recorded-actions';

export type PlacedAction = RecordedAction & {
  /** Start of the first session on or after the ex-date; the date's midnight in London where the calendar does not know it. */
  readonly ex_open: Instant;
};

export const placeActions = (actions: readonly RecordedAction[], calendar: ExchangeCalendar, exchange: Exchange): readonly PlacedAction[] =>
  actions.map((action) => ({
    ...action,
    ex_open: exDateInstants(calendar, exchange, action.ex_date)?.ex_open ?? `${action.ex_date}T00:00:00.000Z`,
  }));
