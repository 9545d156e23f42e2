/** Daily bars from Yahoo Finance by the optional package yahoo-finance2, loaded when the first are wanted. Unofficial: check before you rely on it. */
import { messageOf, UnavailableError } from '../kernel/errors';
import { DAY_MS } from './civil-date';
import { HistoryProvider, type HistoryRequest } from './history.port';

/** The part of the package that is used. */
export interface YahooChart {
  chart(
    symbol: string,
    query: { readonly period1: Date; readonly period2: Date; readonly interval: '1d' },
    options: { readonly validateResult: false },
  ): Promise<unknown>;
}

interface ChartRow {
  readonly date?: unknown;
  readonly open?: unknown;
  readonly high?: unknown;
  readonly low?: unknown;
  readonly close?: unknown;
  readonly volume?: unknown;
}

export class YahooHistory extends HistoryProvider {
  readonly name = 'yahoo';

  constructor(private readonly connect: () => Promise<YahooChart> = connectToYahoo) {
    super();
  }

  async daily({ symbol, exchange, from, to }: HistoryRequest): Promise<string> {
    const client = await this.connect();
    const name = exchange === '24X7' ? symbol : symbol.replace('.', '-');
    const range = { period1: new Date(Date.parse(from)), period2: new Date(Date.parse(to) + DAY_MS), interval: '1d' } as const;
    let answer: unknown;
    try {
      answer = await client.chart(name, range, { validateResult: false });
    } catch (error) {
      throw new UnavailableError('history.yahoo', `Yahoo Finance gave no bars of ${name}; check the symbol, or try again later`, {
        reason: messageOf(error),
      });
    }
    const rows = quotesOf(answer).flatMap((row) => lineOf(row, from, to) ?? []);
    if (rows.length === 0)
      throw new UnavailableError('history.yahoo', `Yahoo Finance has no bars of ${name} from ${from} to ${to}; check symbol and range`);
    return `date,open,high,low,close,volume\n${rows.join('\n')}\n`;
  }
}

function quotesOf(answer: unknown): readonly ChartRow[] {
  const quotes = typeof answer === 'object' && answer !== null && 'quotes' in answer ? answer.quotes : null;
  return Array.isArray(quotes) ? (quotes as readonly ChartRow[]) : [];
}

/** A row whose prices are missing is a day without trading. */
function lineOf({ date, open, high, low, close, volume }: ChartRow, from: string, to: string): string | null {
  const prices = [open, high, low, close];
  if (!(date instanceof Date) || !prices.every((price): price is number => typeof price === 'number' && price > 0)) return null;
  const day = date.toISOString().slice(0, 10);
  if (day < from || day > to) return null;
  const [o, h, l, c] = prices as [number, number, number, number];
  const texts = [o, Math.max(o, h, l, c), Math.min(o, h, l, c), c].map((price) => price.toFixed(6).replace(/\.?0+$/, ''));
  return [day, ...texts, typeof volume === 'number' ? String(volume) : ''].join(',');
}

async function connectToYahoo(): Promise<YahooChart> {
  try {
    const { default: YahooFinance } = await import('yahoo-finance2');
    return new YahooFinance({ suppressNotices: ['yahooSurvey'], versionCheck: false }) as unknown as YahooChart;
  } catch (error) {
    const advice = 'Install the optional package yahoo-finance2, or upload bars as CSV';
    throw new UnavailableError('history.yahoo_missing', `Yahoo Finance cannot be loaded. ${advice}`, { reason: messageOf(error) });
  }
}
