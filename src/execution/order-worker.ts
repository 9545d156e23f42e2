/** Takes one queued order to its end: fresh price, drift, caps, broker, fills. Safe to run again after any crash. */
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type Amount, formatAmount, max, min, minus, parseAmount, SCALE, ZERO } from '../kernel/amount';
import type { Clock, TradingDay } from '../kernel/clock';
import { type CommandContext, systemContext } from '../kernel/context';
import { messageOf, UnavailableError } from '../kernel/errors';
import { exact } from '../kernel/exact';
import { capAtFreshPrice, cashLimit } from '../rules/guardrails';
import { limitQuantity } from '../rules/quantity-limit';
import { positionValue } from '../rules/position-value';
import type { RuleSettings } from '../rules/settings';
import { ReevaluateOrder } from '../contracts/order';
import { isTerminal } from '../contracts/order-status';
import { GetPosition, type PositionView } from '../contracts/position';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { FreshPrices } from '../market-data/fresh-price';
import type { Broker, BrokerReport } from './broker.port';
import type { OrderBook } from './order-book';
import type { PlacedOrder } from './order.decider';
import { isManual, type OrderSettings, stockLimits } from './order-settings';
import type { OrderMessage } from './send-order.policy';

/** Evaluations again because of drift, before the order is skipped. */
const MAX_REPRICES = 3;
/** Deliveries that wait for a usable price, before the order is skipped. */
const MAX_PRICE_TRIES = 3;

export interface Delivery {
  readonly tenantId: string;
  readonly message: OrderMessage;
  /** From 1. */
  readonly attempt: number;
}

export class OrderWorker {
  constructor(
    private readonly book: OrderBook,
    private readonly broker: Broker,
    private readonly settings: OrderSettings,
    private readonly prices: FreshPrices,
    private readonly calendar: ExchangeCalendar,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  async handle({ tenantId, message, attempt }: Delivery): Promise<void> {
    const { order_id, correlation_id, causation_id } = message;
    const order = await this.book.order(tenantId, order_id);
    if (isTerminal(order.status)) return;
    const context = systemContext(tenantId, 'order-worker', correlation_id, causation_id);
    const settings: RuleSettings = { ...(await this.settings.of(tenantId, order)), price_policy: order.price_policy };
    if (order.status === 'PENDING_CANCEL' && (await this.cancelled(context, order, settings))) return;
    const sent =
      order.status === 'QUEUED' ? await this.submit(context, order, settings, attempt) : await this.resend(context, order, settings);
    if (sent) await this.send(context, sent.order, sent.price, settings);
  }

  /** From intent to SUBMITTED; null where the order ended instead. */
  private async submit(context: CommandContext, queued: PlacedOrder, settings: RuleSettings, attempt: number): Promise<Sendable | null> {
    let order = queued;
    for (;;) {
      const position = await this.queries.execute(new GetPosition(context.tenantId, order.position_id));
      const stop = this.stopReason(order, position, settings);
      if (stop) return this.skip(context, order, stop);
      const price = await this.freshPrice(context, order, settings, attempt);
      if (price === null) return null;
      if (drifted(order, price)) {
        if (order.repriced >= MAX_REPRICES) return this.skip(context, order, 'DRIFT');
        const next = await this.reprice(context, order);
        if (!next) return null;
        order = next;
        continue;
      }
      const today = this.calendar.tradingDay(order.exchange, this.clock.now());
      const { qty, binding } = affordable(order, position, settings, price, this.broker, today);
      if (qty === ZERO) return this.skip(context, order, `GUARDRAIL:${binding ?? 'qty_step'}`);
      const submitted = await this.book.step(context, order.order_id, {
        type: 'SubmitOrder',
        data: { qty: formatAmount(qty), fresh_price: formatAmount(price), broker: this.broker.name },
      });
      return submitted.status === 'SUBMITTED' ? { order: submitted, price } : null;
    }
  }

  private stopReason(order: PlacedOrder, position: PositionView, settings: RuleSettings): string | null {
    if (position.status === 'HALTED' || position.status === 'CLOSED') return `POSITION_${position.status}`;
    if (position.status === 'PAUSED' && !isManual(order)) return 'POSITION_PAUSED';
    const session = this.calendar.session(order.exchange, this.clock.now());
    const open = session === 'REGULAR' || (session === 'EXTENDED' && settings.allow_after_hours);
    return open ? null : 'MARKET_CLOSED';
  }

  /** Null where no price could be had for so long that the order was skipped. Throws UnavailableError to be tried again. */
  private async freshPrice(context: CommandContext, order: PlacedOrder, settings: RuleSettings, attempt: number): Promise<Amount | null> {
    const fresh = await this.prices.fresh(context.tenantId, order, settings);
    if (fresh.usable) return fresh.price;
    if (attempt >= MAX_PRICE_TRIES) return this.skip(context, order, `NO_FRESH_PRICE:${fresh.reason}`);
    throw new UnavailableError('order.no_fresh_price', `${order.symbol} has no usable price (${fresh.reason}); the order waits for one`);
  }

  private async reprice(context: CommandContext, order: PlacedOrder): Promise<PlacedOrder | null> {
    if (isManual(order)) return this.skip(context, order, 'DRIFT');
    const { order_id, position_id, repriced } = order;
    const decided = await this.commands.execute(new ReevaluateOrder(context, { order_id, position_id, attempt: repriced + 1 }));
    if (decided.decision === 'skipped') return null;
    const fresh = await this.book.order(context.tenantId, order_id);
    return fresh.status === 'QUEUED' ? fresh : null;
  }

  private async skip(context: CommandContext, order: PlacedOrder, reason: string): Promise<null> {
    await this.book.end(context, order.order_id, { type: 'SkipOrder', data: { reason } });
    return null;
  }

  /** Delivered again while a cancellation waits: whoever asked the broker did not live to hear the answer. False where only a resend can tell. */
  private async cancelled(context: CommandContext, order: PlacedOrder, settings: RuleSettings): Promise<boolean> {
    const report = await this.broker.cancel(order.client_order_id);
    if (report) await this.ingest(context, order, report, settings);
    return report !== null;
  }

  /** Delivered again after the order was sent: the broker is asked with the same client order id. */
  private async resend(context: CommandContext, order: PlacedOrder, settings: RuleSettings): Promise<Sendable | null> {
    const fresh = await this.prices.fresh(context.tenantId, order, settings);
    return { order, price: fresh.usable ? fresh.price : parseAmount(order.evaluation_price) };
  }

  private async send(context: CommandContext, order: PlacedOrder, price: Amount, settings: RuleSettings): Promise<void> {
    let report: BrokerReport;
    try {
      report = await this.broker.submit({
        client_order_id: order.client_order_id,
        account_id: order.account_id,
        instrument_id: order.instrument_id,
        symbol: order.symbol,
        side: order.action,
        order_type: order.order_type,
        time_in_force: order.time_in_force,
        qty: formatAmount(order.submitted_qty ?? order.qty),
        filled_qty: formatAmount(order.filled_qty),
        qty_step: order.qty_step,
        fresh_price: formatAmount(price),
      });
    } catch (error) {
      await this.book.step(context, order.order_id, { type: 'MarkUnknown', data: { reason: messageOf(error) } });
      throw error;
    }
    await this.ingest(context, order, report, settings);
  }

  private async ingest(context: CommandContext, order: PlacedOrder, report: BrokerReport, settings: RuleSettings): Promise<void> {
    const limits = stockLimits(order, settings);
    for (const fill of report.fills) await this.book.book(context, order.order_id, fill, { accepted: report.broker_order_id, limits });
    const reason = report.reason ?? `${this.broker.name}: ${report.status}`;
    if (report.status === 'REJECTED') await this.book.end(context, order.order_id, { type: 'RejectOrder', data: { reason } });
    if (report.status === 'CANCELED') await this.book.end(context, order.order_id, { type: 'CancelOrder', data: { reason } });
    if (report.status === 'EXPIRED') await this.book.end(context, order.order_id, { type: 'ExpireOrder', data: { reason } });
    if (report.status === 'OPEN' && order.broker_order_id === null && report.fills.length === 0) {
      await this.book.step(context, order.order_id, { type: 'AcceptOrder', data: { broker_order_id: report.broker_order_id } });
    }
  }
}

interface Sendable {
  readonly order: PlacedOrder;
  readonly price: Amount;
}

/** `|fresh − evaluation| > max_drift_bps` of the evaluation price, exactly. */
function drifted(order: PlacedOrder, fresh: Amount): boolean {
  const evaluated = parseAmount(order.evaluation_price);
  const distance = fresh > evaluated ? fresh - evaluated : evaluated - fresh;
  return distance * 10_000n * SCALE > parseAmount(order.max_drift_bps) * evaluated;
}

/** The order's quantity cut to the caps at the fresh price; a person's order only to what cash and shares allow. */
function affordable(
  order: PlacedOrder,
  position: PositionView,
  settings: RuleSettings,
  price: Amount,
  { slippageBps, roundingCost }: Broker,
  today: TradingDay,
): { readonly qty: Amount; readonly binding: string | null } {
  const held = {
    qty: parseAmount(position.qty),
    cash: minus(parseAmount(position.cash), roundingCost),
    receivable: parseAmount(position.dividend_receivable),
  };
  const commission_rate = parseAmount(order.commission_rate_snapshot);
  const step = parseAmount(order.qty_step);
  // Slippage is paid on top of the fresh price: what a BUY can pay for is judged at the worse one.
  const paid = order.action === 'BUY' ? worse(price, max(settings.slippage_bps, slippageBps)) : price;
  if (isManual(order)) {
    if (order.action === 'BUY')
      return limitQuantity(exact(order.qty), [cashLimit({ cash: held.cash, price: paid, commission_rate })], step);
    return { qty: settings.short_selling ? order.qty : min(order.qty, atLeastZero(held.qty)), binding: 'shares' };
  }
  return capAtFreshPrice(order.qty, {
    side: order.action,
    price: paid,
    qty: held.qty,
    cash: held.cash,
    value: positionValue(held, paid),
    commission_rate,
    step,
    settings,
    day: today === position.day ? { orders: position.day_orders, notional: parseAmount(position.day_notional) } : NOTHING_TODAY,
  });
}

const NOTHING_TODAY = { orders: 0, notional: ZERO };
const atLeastZero = (qty: Amount): Amount => (qty < ZERO ? ZERO : qty);

/** `price × (1 + bps)`, rounded up to 8 places. */
const worse = (price: Amount, bps: Amount): Amount => {
  const points = SCALE * 10_000n;
  return ((price * (points + bps) + points - 1n) / points) as Amount;
};
