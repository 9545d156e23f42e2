/** Stores pushed quotes durably; one with an older source time than the known one changes nothing. */
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { formatOptional, parseAmount } from '../kernel/amount';
import { Clock, epochMs } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import { InputError } from '../kernel/errors';
import { FindInstrument } from '../contracts/instrument';
import { PushQuote, type QuoteView } from '../contracts/quote';
import { PushedQuoteTable } from './pushed-quote.table';
import { QueryBus } from '@nestjs/cqrs';

/** How far a source's clock may run ahead of ours. */
const CLOCK_TOLERANCE_MS = 60_000;

@CommandHandler(PushQuote)
export class PushQuoteHandler implements ICommandHandler<PushQuote> {
  constructor(
    private readonly queries: QueryBus,
    private readonly table: PushedQuoteTable,
    private readonly clock: Clock,
  ) {}

  async execute({ context, quote, forAll }: PushQuote): Promise<QuoteView> {
    const prices = { bid: price(quote.bid, 'bid'), ask: price(quote.ask, 'ask'), last: price(quote.last, 'last') };
    if (prices.bid === null && prices.ask === null && prices.last === null) {
      throw new InputError('quote.empty', 'last', 'given, or bid and ask: a quote needs a price', null);
    }
    const instrument = await this.queries.execute(new FindInstrument(quote.symbol, quote.exchange));
    const now = this.clock.now();
    const ts = quote.ts ?? now;
    if (epochMs(ts) > epochMs(now) + CLOCK_TOLERANCE_MS) {
      throw new InputError('quote.future', 'ts', 'at most a minute ahead of this server, or later quotes could not replace it', ts);
    }
    const accepted = await this.table.store(forAll ? SYSTEM_TENANT : context.tenantId, instrument.id, { ...prices, ts });
    return { instrument_id: instrument.id, symbol: instrument.symbol, ...prices, ts, accepted };
  }
}

function price(text: string | null, field: string): string | null {
  if (text === null) return null;
  const amount = parseAmount(text, field);
  if (amount <= 0n) throw new InputError('amount.not_positive', field, 'more than zero', text);
  return formatOptional(amount);
}
