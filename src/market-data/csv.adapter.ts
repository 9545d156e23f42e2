/** Recorded data on disk: a folder as a feed, and the files that `vb replay` and `vb simulate` are given. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exchange } from '../contracts/instrument';
import { formatAmount } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import { InputError, messageOf } from '../kernel/errors';
import type { Quote } from '../rules/price-policy';
import type { ExchangeCalendar } from './exchange-calendar';
import { type QuoteRequest, QuoteSource } from './quotes.port';
import { readActions, type RecordedAction } from './recorded-actions';
import { type Bar, readBars } from './recorded-bars';
import { QUOTE_HEADER, quoteAt, readQuotes } from './recorded-quotes';

/** Neither separators nor a leading dot: a symbol never leaves the folder. */
const FILE_NAME = /^[A-Za-z0-9^=_-][A-Za-z0-9.^=_-]{0,31}$/;

/** Throws InputError naming the file where it cannot be read, else as `readBars`. */
export const loadBars = async (file: string, calendar: ExchangeCalendar, exchange: Exchange): Promise<readonly Bar[]> =>
  readBars(await loadText(file), file, calendar, exchange);

/** Throws InputError naming the file where it cannot be read, else as `readQuotes`. */
export const loadQuotes = async (file: string): Promise<readonly Quote[]> => readQuotes(await loadText(file), file);

/** Throws InputError naming the file where it cannot be read, else as `readActions`. */
export const loadActions = async (file: string): Promise<readonly RecordedAction[]> => readActions(await loadText(file), file);

/** Throws InputError naming the file where it cannot be read. */
export async function loadText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError('csv.unreadable', file, 'a file that can be read', messageOf(error));
  }
}

/** Serves `<folder>/<symbol>.csv`, recorded quotes or bars (a bar is a last price at its close). A file is read once; one that failed is tried again. */
export class CsvQuotes extends QuoteSource {
  readonly name = 'csv';
  readonly perTenant = false;
  private readonly files = new Map<string, Promise<readonly Quote[]>>();

  /** Throws InputError where there is no such folder: a wrong name would be a market without a single quote. */
  constructor(
    private readonly folder: string,
    private readonly calendar: ExchangeCalendar,
  ) {
    super();
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new InputError('config.market_data_csv', 'VB_MARKET_DATA_CSV', 'a folder that is there', folder);
    }
  }

  /** Rejects with InputError where the symbol's file is missing or corrupt. */
  async quote({ symbol, exchange }: QuoteRequest, at: Instant): Promise<Quote | null> {
    return quoteAt(await this.recorded(symbol, exchange), at);
  }

  private recorded(symbol: string, exchange: Exchange): Promise<readonly Quote[]> {
    const key = `${exchange}/${symbol}`;
    const known = this.files.get(key);
    if (known) return known;
    const read = this.read(symbol, exchange).catch((error: unknown) => {
      this.files.delete(key);
      throw error;
    });
    this.files.set(key, read);
    return read;
  }

  private async read(symbol: string, exchange: Exchange): Promise<readonly Quote[]> {
    if (!FILE_NAME.test(symbol)) throw new InputError('csv.symbol', 'symbol', 'usable as a file name', symbol);
    const file = join(this.folder, `${symbol}.csv`);
    const text = await loadText(file);
    if (text.replace(/^\uFEFF/, '').startsWith(QUOTE_HEADER)) return readQuotes(text, file);
    return readBars(text, file, this.calendar, exchange).map((bar) => asQuote(bar));
  }
}

/** A bar as what a ticker would have shown at its close. */
const asQuote = ({ at, close }: Bar): Quote => ({ ts: at, bid: null, ask: null, last: formatAmount(close), source: 'csv' });
