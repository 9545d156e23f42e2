/** The recorded minutes that come with the product. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnavailableError } from '../kernel/errors';
import { readMinutes } from '../market-data/recorded-minutes';
import type { Quote } from '../rules/price-policy';

/** Throws UnavailableError where the files are not beside the program. */
export function demoQuotes(symbol: string, days: readonly string[]): readonly Quote[] {
  const folder = demoFolder();
  const read = (day: string, kind: 'quote' | 'trade') => {
    const file = join(folder, `${symbol}_${day}_${kind}.csv`);
    return { file, text: readFileSync(file, 'utf8') };
  };
  return days.flatMap((day) => readMinutes(day, { quotes: read(day, 'quote'), trades: read(day, 'trade') }));
}

/** Beside the sources, or two levels above the compiled program. */
function demoFolder(): string {
  const found = ['../../demo', '../../../demo'].map((path) => join(__dirname, path, 'aapl-minute')).find((path) => existsSync(path));
  if (found) return found;
  throw new UnavailableError('demo.missing', 'The folder demo/ is not beside the program; restore it, or start with VB_DEMO=false');
}
