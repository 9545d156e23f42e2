/** What the running system saw itself, as tapes: the quotes behind a position's evaluations, and the recorded closes of an instrument. */
import type { EvaluationData, RecordedEvaluation } from '../contracts/evaluation';
import { type Exchange, FindInstrument } from '../contracts/instrument';
import { type Amount, parseAmount, ZERO } from '../kernel/amount';
import { epochMs, type Instant, type TradingDay } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import { DomainError } from '../kernel/errors';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { dataOf } from '../platform/event-store/event-data';
import { type EventStore, type RecordedEvent, SYSTEM_LOG } from '../platform/event-store/event-store.port';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { StreamRegistry } from '../platform/streams/stream-registry';
import type { Quote } from '../rules/price-policy';
import type { QueryBus } from '@nestjs/cqrs';
import type { Bar } from '../market-data/recorded-bars';
import { type Tape, tapeOf } from './tape';
import { readTape } from './tape-reader';

export interface RecordedEvaluationEvent {
  readonly position: number;
  readonly data: EvaluationData;
}

export interface RecordedTape {
  readonly tape: Tape;
  readonly quotes: readonly Quote[] | null;
}

export class RecordedMarket {
  constructor(
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
    private readonly registry: StreamRegistry,
    private readonly queries: QueryBus,
    private readonly calendar: ExchangeCalendar,
  ) {}

  /** Every evaluation of a position in the log's order. */
  async evaluations(tenantId: string, positionId: string): Promise<readonly RecordedEvaluationEvent[]> {
    const expand = this.registry.find('evaluations')?.expand;
    return (await this.stream(tenantId, `evaluations-${positionId}`)).map((event) => {
      const data = dataOf(event) as unknown as RecordedEvaluation;
      return { position: event.position, data: (expand?.(data, event) ?? data) as EvaluationData };
    });
  }

  /** Everything else that happened to the position. */
  positionEvents(tenantId: string, positionId: string): Promise<readonly RecordedEvent[]> {
    return this.stream(tenantId, `position-${positionId}`);
  }

  private async stream(tenantId: string, stream: string): Promise<readonly RecordedEvent[]> {
    return this.store.readStream({ log: await this.logs.of(tenantId), tenantId }, stream);
  }

  /** The quotes that a position's evaluations really saw. Throws DomainError where there are too few. */
  async ofPosition(tenantId: string, positionId: string, exchange: Exchange): Promise<RecordedTape> {
    return tapeOfEvaluations(
      (await this.evaluations(tenantId, positionId)).map(({ data }) => data),
      this.calendar,
      exchange,
    );
  }

  /** The regular closes that were recorded of an instrument, as daily bars. Throws DomainError where there are none. */
  async closesOf(symbol: string, exchange: Exchange): Promise<RecordedTape> {
    const instrument = await this.queries.execute(new FindInstrument(symbol, exchange));
    const events = await this.store.readStream({ log: SYSTEM_LOG, tenantId: SYSTEM_TENANT }, `instrument-${instrument.id}`);
    const rows = events.flatMap((event) => {
      const { day, regular_close: close } = dataOf(event) as { readonly day?: TradingDay; readonly regular_close?: string | null };
      return event.type === 'SessionClosed' && day && close ? [`${day},${close},${close},${close},${close},`] : [];
    });
    if (rows.length === 0) throw noneRecorded(`No regular close of ${symbol} was recorded yet`);
    return { tape: readTape(`date,open,high,low,close,volume\n${rows.join('\n')}\n`, 'recorded', this.calendar, exchange), quotes: null };
  }
}

const noneRecorded = (what: string): DomainError =>
  new DomainError('tape.nothing_recorded', `${what}; let the system run, or upload bars as CSV`);

/** One bar per evaluation at the price it saw; the quotes come along, so that a run judges them anew. */
export function tapeOfEvaluations(evaluations: readonly EvaluationData[], calendar: ExchangeCalendar, exchange: Exchange): RecordedTape {
  const quotes = new Map<Instant, Quote>();
  const bars: Bar[] = [];
  let price: Amount = ZERO;
  for (const { evaluated_at: at, quote, price_effective, historical } of evaluations) {
    if (historical || at <= (bars.at(-1)?.at ?? '')) continue;
    if (quote) quotes.set(quote.ts, quote);
    if (price_effective !== null) price = parseAmount(price_effective);
    if (price === ZERO) continue;
    const day = calendar.tradingDay(exchange, at);
    bars.push({ at, day, label: at, dated: false, open: price, high: price, low: price, close: price, volume: '' });
  }
  if (bars.length === 0) throw noneRecorded('The position has no evaluation with a price yet');
  const tape = tapeOf(bars, (bar) => ({ session: calendar.session(exchange, bar.at), inDay: true }));
  return { tape, quotes: [...quotes.values()].toSorted((a, b) => epochMs(a.ts) - epochMs(b.ts)) };
}
