/** Announcements from files: `<folder>/<symbol>.actions.csv` beside the recorded bars and quotes. A symbol without a file has none. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatAmount } from '../kernel/amount';
import { InputError, messageOf } from '../kernel/errors';
import { formatRatio } from '../rules/split';
import { ActionProvider, type ActionsRequest, type ProvidedAction } from './actions.port';
import { readActions, type RecordedAction } from './recorded-actions';

/** Neither separators nor a leading dot: a symbol never leaves the folder. */
const FILE_NAME = /^[A-Za-z0-9^=_-][A-Za-z0-9.^=_-]{0,31}$/;

export class CsvActions extends ActionProvider {
  readonly name = 'csv' as const;

  constructor(private readonly folder: string) {
    super();
  }

  /** Read anew each time: the file may have grown. Rejects with InputError naming file, line and field for what cannot be read. */
  async actions({ symbol, currency, from, to }: ActionsRequest): Promise<readonly ProvidedAction[]> {
    if (!FILE_NAME.test(symbol)) throw new InputError('csv.symbol', 'symbol', 'usable as a file name', symbol);
    const file = join(this.folder, `${symbol}.actions.csv`);
    const text = await textOf(file);
    if (text === null) return [];
    const wanted = readActions(text, file).filter(({ ex_date }) => ex_date >= from && ex_date <= to);
    return wanted
      .toSorted((a, b) => (a.ex_date < b.ex_date ? -1 : a.ex_date > b.ex_date ? 1 : 0))
      .map((action) => provided(action, currency));
  }
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return null;
    throw new InputError('csv.unreadable', file, 'a file that can be read', messageOf(error));
  }
}

function provided(action: RecordedAction, currency: string): ProvidedAction {
  const { ex_date, sequence } = action;
  if (action.type === 'split') return { type: 'SPLIT', ex_date, sequence, ratio: formatRatio(action.ratio) };
  const { amount, pay_date } = action;
  return {
    type: 'CASH_DIVIDEND',
    ex_date,
    sequence,
    amount_per_share: formatAmount(amount),
    currency,
    pay_date,
    withholding_tax_pct: null,
  };
}
