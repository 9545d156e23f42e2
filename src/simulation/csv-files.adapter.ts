/** Recorded data on disk, in columns: the files that `vb simulate` is given. */
import { readFile } from 'node:fs/promises';
import type { Exchange } from '../contracts/instrument';
import { InputError, messageOf } from '../kernel/errors';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { readActions, type RecordedAction } from './recorded-actions';
import type { Tape } from './tape';
import { readTape } from './tape-reader';

/** Throws InputError naming the file where it cannot be read, else as `readTape`. */
export const loadTape = async (file: string, calendar: ExchangeCalendar, exchange: Exchange): Promise<Tape> =>
  readTape(await load(file), file, calendar, exchange);

/** Throws InputError naming the file where it cannot be read, else as `readActions`. */
export const loadActions = async (file: string): Promise<readonly RecordedAction[]> => readActions(await load(file), file);

async function load(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError('csv.unreadable', file, 'a file that can be read', messageOf(error));
  }
}
