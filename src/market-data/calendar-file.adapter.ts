/** Loads the calendar with its override file, at start and for `vb calendar`. */
import { readFileSync } from 'node:fs';
import { InputError, messageOf } from '../kernel/errors';
import { parseOverrides } from './calendar-overrides';
import type { ExchangeCalendar } from './exchange-calendar';
import { PublishedCalendar } from './published-calendar';

/** Without a file the published calendar alone. Throws InputError naming the file where it is missing or wrong. */
export function loadCalendar(overrideFile: string | null): ExchangeCalendar {
  if (overrideFile === null) return new PublishedCalendar();
  return new PublishedCalendar(parseOverrides(readText(overrideFile), overrideFile));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError('calendar.override_unreadable', 'VB_CALENDAR_OVERRIDES', 'a file that can be read', messageOf(error));
  }
}
