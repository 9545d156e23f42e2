/** Dividends and splits as Yahoo Finance lists them, by the optional package yahoo-finance2. It knows no pay dates: each waits for a person. */
import { toInstant } from '../kernel/clock';
import { messageOf, UnavailableError } from '../kernel/errors';
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
    const events = fieldsOf(fieldsOf(answer)['events']);
    const dividends = listOf(events['dividends']).flatMap((row) => dividendOf(row, currency));
    return [...dividends, ...listOf(events['splits']).flatMap(splitOf)]
      .filter(({ ex_date }) => ex_date >= from && ex_date <= to)
      .sort((a, b) => (a.ex_date < b.ex_date ? -1 : a.ex_date > b.ex_date ? 1 : 0));
  }
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
/** Lists come as arrays or as objects by time. */
const listOf = (value: unknown): readonly Fields[] => Object.values(fieldsOf(value)).map(fieldsOf);

/** The service's instants are those of the opening bell: their date in UTC is the exchange's. */
function dateOf(value: unknown): string | null {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1000 : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? toInstant(ms).slice(0, 10) : null;
}

/** A number as the service prints it; what is no number keeps its text, to be refused with it. */
const numberText = (value: unknown): string =>
  typeof value === 'number' && Number.isFinite(value) && value < 1e12 ? value.toFixed(8).replace(/\.?0+$/, '') : String(value);

function dividendOf({ date, amount }: Fields, currency: string): readonly ProvidedAction[] {
  const ex_date = dateOf(date);
  if (ex_date === null) return [];
  return [
    {
      type: 'CASH_DIVIDEND',
      ex_date,
      sequence: 1,
      amount_per_share: numberText(amount),
      currency,
      pay_date: null,
      withholding_tax_pct: null,
    },
  ];
}

function splitOf({ date, numerator, denominator }: Fields): readonly ProvidedAction[] {
  const ex_date = dateOf(date);
  return ex_date === null ? [] : [{ type: 'SPLIT', ex_date, sequence: 1, ratio: `${numberText(numerator)}:${numberText(denominator)}` }];
}

async function connectToYahoo(): Promise<YahooChart> {
  try {
    const { default: YahooFinance } = await import('yahoo-finance2');
    return new YahooFinance({ suppressNotices: ['yahooSurvey'], versionCheck: false }) as unknown as YahooChart;
  } catch (error) {
    const advice = 'Install the optional package yahoo-finance2 or choose another VB_MARKET_DATA';
    throw new UnavailableError('market_data.yahoo_missing', `Yahoo Finance cannot be loaded. ${advice}`, { reason: messageOf(error) });
  }
}
