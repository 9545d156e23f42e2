/** The price that an order is sent at: the same gate as an evaluation's, measured against the price it was evaluated at. */
import { type AmountText, parseOptional } from '../kernel/amount';
import type { Clock } from '../kernel/clock';
import { pickPrice } from '../rules/price-policy';
import { judgeQuote, type QuoteGateSettings, type QuoteVerdict } from '../rules/quote-gate';
import { NO_MEMORY } from '../rules/quote-gate-jump';
import type { QuoteBoards, QuotedInstrument } from './quote-board';

export class FreshPrices {
  constructor(
    private readonly boards: QuoteBoards,
    private readonly clock: Clock,
  ) {}

  async fresh(
    tenantId: string,
    order: QuotedInstrument & { readonly evaluation_price: AmountText },
    settings: QuoteGateSettings,
  ): Promise<QuoteVerdict> {
    const board = this.boards.current();
    const now = this.clock.now();
    await board.fetch(tenantId, [order], now);
    const quote = board.latest(tenantId, order.instrument_id);
    if (!board.historical) {
      const memory = { ...NO_MEMORY, last_good_price: order.evaluation_price };
      return judgeQuote({ quote, now, settings, memory, explained: false });
    }
    const prices = quote && { bid: parseOptional(quote.bid), ask: parseOptional(quote.ask), last: parseOptional(quote.last) };
    const picked = prices && pickPrice(settings.price_policy, prices);
    if (!picked) return { usable: false, reason: 'NO_QUOTE', halt: false, memory: NO_MEMORY };
    return { usable: true, price: picked.price, price_source: picked.source, memory: NO_MEMORY };
  }
}
