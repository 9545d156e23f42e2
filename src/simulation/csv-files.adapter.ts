/** Recorded bars on disk, in columns: the file that simulations on the command line are given. */
import type { Exchange } from '../contracts/instrument';
import { loadText } from '../market-data/csv.adapter';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { Tape } from './tape';
import { readTape } from './tape-reader';

/** Throws InputError naming the file where it cannot be read, else as `readTape`. */
export const loadTape = async (file: string, calendar: ExchangeCalendar, exchange: Exchange): Promise<Tape> =>
  readTape(await loadText(file), file, calendar, exchange);
