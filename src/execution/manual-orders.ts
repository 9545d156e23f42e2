/** Orders of people: checked against market, price and step, and queued like any other. */
import type { QueryBus } from '@nestjs/cqrs';
import { type Amount, formatAmount, parseAmount, ZERO } from '../kernel/amount';
import type { Clock } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { DomainError, InputError } from '../kernel/errors';
import { cutToStep, exact } from '../kernel/exact';
import type { Ids } from '../kernel/ids';
import { commission, notional } from '../rules/commission';
import { cashToReserve } from '../rules/reservation';
import type { RuleSettings } from '../rules/settings';
import type { ManualOrderTerms, OrderCommandBody, OrderIntent, OrderView } from '../contracts/order';
import { GetPosition, type PositionCommandBody, type PositionView } from '../contracts/position';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { FreshPrices } from '../market-data/fresh-price';
import type { StreamItem } from '../platform/streams/stream-item';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { orderStream } from './order-book';
import type { OrderState } from './order.decider';
import { orderView } from './order.projection';
import type { OrderSettings } from './order-settings';

const MANUAL = { strategy_id: 'manual', strategy_version: 1 };

/** What a person's order is made from. */
export class ManualOrders {
  constructor(
    private readonly streams: StreamRunner,
    private readonly settings: OrderSettings,
    private readonly prices: FreshPrices,
    private readonly calendar: ExchangeCalendar,
    private readonly queries: QueryBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async place(
    context: CommandContext,
    positionId: string,
    terms: ManualOrderTerms,
    given: { readonly price: string | null; readonly before?: PositionCommandBody },
  ): Promise<OrderView> {
    const position = await this.queries.execute(new GetPosition(context.tenantId, positionId));
    const settings = await this.settings.of(context.tenantId, { position_id: positionId, portfolio_id: position.portfolio_id });
    this.refuseClosedMarket(position, settings);
    const price = given.price === null ? await this.priceOf(context.tenantId, position, settings) : parseAmount(given.price, 'price');
    const orderId = this.ids.next();
    const intent = this.intent(context, position, terms, settings, price, orderId);
    const stream = orderStream(orderId);
    const place = (command: PositionCommandBody): StreamItem => ({ stream: `position-${positionId}`, command });
    const queue: OrderCommandBody = { type: 'QueueOrder', data: intent };
    const items = [
      { stream, command: queue, loaded: null },
      ...(given.before ? [place(given.before)] : []),
      place(reserve(intent, position, settings, price)),
    ];
    const result = await this.streams.run(context, items, { respond: (state) => orderView(state<OrderState>(stream)) });
    return orderView(result.state<OrderState>(stream));
  }

  /** What of a holding can be ordered: cut toward zero to the step. */
  async wholeSteps(tenantId: string, position: PositionView, qty: Amount): Promise<Amount> {
    const settings = await this.settings.of(tenantId, { position_id: position.id, portfolio_id: position.portfolio_id });
    return cutToStep(exact(qty), stepOf(position, settings));
  }

  private refuseClosedMarket({ exchange, symbol }: PositionView, settings: RuleSettings): void {
    const session = this.calendar.session(exchange, this.clock.now());
    if (session === 'REGULAR' || (session === 'EXTENDED' && settings.allow_after_hours)) return;
    const hint = session === 'EXTENDED' ? 'allow_after_hours is off for this position; turn it on or' : 'The market is closed;';
    throw new DomainError('order.market_closed', `${hint} order again in the regular session of ${exchange} (${symbol})`, { session });
  }

  private async priceOf(tenantId: string, position: PositionView, settings: RuleSettings): Promise<Amount> {
    const reference = position.anchor_price ?? position.avg_cost;
    const lenient = { ...settings, max_jump_pct: (10n ** 19n) as Amount, halt_jump_pct: (10n ** 19n) as Amount };
    const fresh = await this.prices.fresh(tenantId, { ...position, evaluation_price: reference === '0' ? '1' : reference }, lenient);
    if (fresh.usable) return fresh.price;
    throw new DomainError('order.no_price', `${position.symbol} has no usable price (${fresh.reason}); wait for a quote or push one`, {
      reason: fresh.reason,
    });
  }

  private intent(
    context: CommandContext,
    position: PositionView,
    terms: ManualOrderTerms,
    settings: RuleSettings,
    price: Amount,
    orderId: string,
  ): OrderIntent {
    const { qty, step } = orderedQty(position, terms, settings);
    const { portfolio_id, account_id, instrument_id, symbol, exchange, currency } = position;
    return {
      order_id: orderId,
      client_order_id: orderId,
      position_id: position.id,
      portfolio_id,
      account_id,
      instrument_id,
      symbol,
      exchange,
      currency,
      ...MANUAL,
      action: terms.side,
      order_type: terms.order_type,
      time_in_force: terms.time_in_force,
      qty: formatAmount(qty),
      qty_step: formatAmount(step),
      limit_price: terms.limit_price,
      stop_price: terms.stop_price,
      price_policy: settings.price_policy,
      evaluation_price: formatAmount(price),
      commission_rate_snapshot: formatAmount(settings.commission_rate),
      commission_estimated: formatAmount(commission(settings.commission_rate, notional(qty, price))),
      max_drift_bps: formatAmount(settings.max_drift_bps),
      dedupe_key: context.idempotency?.key ?? context.correlationId,
      tick_id: null,
      reason: terms.reason,
    };
  }
}

const stepOf = ({ lot_size }: PositionView, { qty_step }: RuleSettings): Amount => (lot_size === null ? qty_step : parseAmount(lot_size));

/** Throws DomainError for a type the broker does not take, InputError for what is no multiple of the step. */
function orderedQty(
  position: PositionView,
  terms: ManualOrderTerms,
  settings: RuleSettings,
): { readonly qty: Amount; readonly step: Amount } {
  if (terms.order_type !== 'MARKET') {
    throw new DomainError('order.type_unsupported', `The paper broker takes MARKET orders only, not ${terms.order_type}; order at market`);
  }
  const step = stepOf(position, settings);
  const qty = parseAmount(terms.qty, 'qty');
  if (qty <= ZERO) throw new InputError('amount.not_positive', 'qty', 'more than zero', terms.qty);
  if (cutToStep(exact(qty), step) !== qty) throw new InputError('order.step', 'qty', `a multiple of ${formatAmount(step)}`, terms.qty);
  return { qty, step };
}

/** A purchase must be payable at the price it is placed at; what drift and slippage add is reserved as far as cash goes. */
function reserve(intent: OrderIntent, position: PositionView, settings: RuleSettings, price: Amount): PositionCommandBody {
  const qty = parseAmount(intent.qty);
  const value = notional(qty, price);
  const least = (value + commission(settings.commission_rate, value)) as Amount;
  const free = parseAmount(position.free_cash);
  const cash = intent.action === 'SELL' ? ZERO : least > free ? least : cashToReserve(qty, price, settings, free);
  return {
    type: 'ReserveForOrder',
    data: {
      order_id: intent.order_id,
      side: intent.action,
      qty: intent.qty,
      cash: formatAmount(cash),
      manual: true,
      short_selling: settings.short_selling,
    },
  };
}
