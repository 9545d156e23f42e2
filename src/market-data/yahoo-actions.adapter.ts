/** Dividends and splits as Yahoo Finance lists them, by the optional package yahoo-finance2. It knows no pay dates: each waits for a person. */
import { toInstant } from '../kernel/clock';
import { InputError, messageOf, UnavailableError } from '../kernel/errors';
import { ActionProvider, type ActionsRequest, type ProvidedAction } from './actions.port';

/** The part of the package that is used. */
export interface YahooChart {
  chart(
    symbol: string,
    query: { readonly period1: string; readonly period2: string; readonly events: 'div|split' },
    options: { readonly validateResult: false },
  ): Promise<unknown>;
}

type Fields = Readonly<Record<string, unknown>>;
const DAY_MS = 86_400_000;

export class YahooActions extends ActionProvider {
  readonly name = 'yahoo' as const;
  private client: Promise<YahooChart> | null = null;

  constructor(private readonly connect: () => Promise<YahooChart> = connectToYahoo) {
    super();
  }

  async actions({ symbol, exchange, currency, from, to }: ActionsRequest): Promise<readonly ProvidedAction[]> {
    this.client ??= this.connect().catch((error: unknown) => {
      this.client = null;
      throw error;
    });
    const client = await this.client;
    const name = exchange === '24X7' ? symbol : symbol.replace('.', '-');
    const period2 = toInstant(Date.parse(to) + DAY_MS).slice(0, 10); // the service leaves its last day out
    const answer = await client.chart(name, { period1: from, period2, events: 'div|split' }, { validateResult: false });
    const { meta, events } = fieldsOf(answer);
    if (typeof meta !== 'object' || meta === null) throw unreadable(answer);
    const stated = fieldsOf(meta)['currency']; // pence are no pounds: what it states goes before what the instrument is traded in
    const dividends = listOf(fieldsOf(events)['dividends']).map((row) => dividendOf(row, typeof stated === 'string' ? stated : currency));
    return numbered([...dividends, ...listOf(fieldsOf(events)['splits']).map(splitOf)])
      .filter(({ ex_date }) => ex_date >= from && ex_date <= to)
      .sort((a, b) => (a.ex_date < b.ex_date ? -1 : a.ex_date > b.ex_date ? 1 : 0));
  }
}

const unreadable = (answer: unknown): UnavailableError =>
  new UnavailableError(
    'market_data.yahoo_unreadable',
    `Yahoo Finance answered with something that is no chart: ${String(JSON.stringify(answer)).slice(0, 100)}`,
  );

/** 1, 2, … within a type and date. */
function numbered(actions: readonly ProvidedAction[]): ProvidedAction[] {
  const seen = new Map<string, number>();
  return actions.map((action) => {
    const key = `${action.type} ${action.ex_date}`;
    const sequence = (seen.get(key) ?? 0) + 1;
    seen.set(key, sequence);
    return { ...action, sequence };
  });
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
/** Lists come as arrays or as objects by time. */
const listOf = (value: unknown): readonly Fields[] => Object.values(fieldsOf(value)).map(fieldsOf);

/** The service's instants are those of the opening bell: their date in UTC is the exchange's. Throws InputError for what is no time. */
function dateOf(value: unknown): string {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1000 : Number.NaN;
  if (Number.isFinite(ms) && Math.abs(ms) < 8.64e15) return toInstant(ms).slice(0, 10);
  throw new InputError('yahoo.date', 'date', 'the time of an ex-date', value);
}

/** A number as the service prints it; what is no number keeps its text, to be refused with it. */
const numberText = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value) && value < 1e12 ? value.toFixed(8).replace(/\.?0+$/, '') : String(value);

function dividendOf({ date, amount }: Fields, currency: string): ProvidedAction {
  const terms = { amount_per_share: numberText(amount), currency, pay_date: null, withholding_tax_pct: null };
  return { type: 'CASH_DIVIDEND', ex_date: dateOf(date), sequence: 1, ...terms };
}

const splitOf = ({ date, numerator, denominator }: Fields): ProvidedAction => ({
  type: 'SPLIT',
  ex_date: dateOf(date),
  sequence: 1,
  ratio: `${numberText(numerator)}:${numberText(denominator)}`,
});

async function connectToYahoo(): Promise<YahooChart> {
  try {
    const { default: YahooFinance } = await import('yahoo-finance2');
    return new YahooFinance({ suppressNotices: ['yahooSurvey'], versionCheck: false }) as unknown as YahooChart;
  } catch (error) {
    const advice = 'Install the optional package yahoo-finance2 or choose another VB_MARKET_DATA';
    throw new UnavailableError('market_data.yahoo_missing', `Yahoo Finance cannot be loaded. ${advice}`, { reason: messageOf(error) });
  }
}
