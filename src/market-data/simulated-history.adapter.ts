/** A made-up past for demos and tests: the closes of the simulated feed, which follow from symbol and time alone. */
import { toInstant } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import { InputError } from '../kernel/errors';
import { DAY_MS } from './civil-date';
import type { ExchangeCalendar } from './exchange-calendar';
import { HistoryProvider, type HistoryRequest } from './history.port';
import { SimulatedQuotes } from './simulated.adapter';

export class SimulatedHistory extends HistoryProvider {
  readonly name = 'simulated';

  constructor(
    private readonly calendar: ExchangeCalendar,
    private readonly quotes = new SimulatedQuotes(),
  ) {
    super();
  }

  async daily({ symbol, exchange, from, to }: HistoryRequest): Promise<string> {
    const rows: string[] = [];
    for (let ms = Date.parse(from); ms <= Date.parse(to); ms += DAY_MS) {
      const day = this.calendar.day(exchange, toInstant(ms).slice(0, 10));
      if (day === null || day === 'unknown') continue;
      const quote = await this.quotes.quote({ tenant_id: SYSTEM_TENANT, instrument_id: symbol, symbol, exchange }, day.close);
      const last = quote?.last ?? quote?.bid;
      if (typeof last === 'string') rows.push([day.date, last, last, last, last, ''].join(','));
    }
    if (rows.length === 0) throw new InputError('history.empty', 'from', 'a range with at least one trading day', `${from} to ${to}`);
    return `date,open,high,low,close,volume\n${rows.join('\n')}\n`;
  }
}
