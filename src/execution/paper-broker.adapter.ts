/** The paper broker: fills at the price it is shown, worse by the slippage, in parts or not at all where it is told to. */
import { createHash } from 'node:crypto';
import { type Amount, formatAmount, minus, parseAmount, plus, SCALE, ZERO } from '../kernel/amount';
import type { Clock } from '../kernel/clock';
import { basisPoints, cutToStep, exact, multiply, ONE, add, roundHalfEven, subtract } from '../kernel/exact';
import type { BrokerFill } from '../contracts/order';
import type { Timer } from '../platform/time/timer.port';
import { Broker, type BrokerOrder, type BrokerReport } from './broker.port';

export interface PaperBrokerSettings {
  readonly slippageBps: Amount;
  readonly partialFills: boolean;
  readonly latencyMs: number;
  /** Fraction of orders that are rejected, 0..1; which ones follows from their ids. */
  readonly rejectRate: Amount;
}

/** An order that fills in parts fills in this many. */
const PARTS = 3n;

export class PaperBroker extends Broker {
  readonly name = 'paper';
  readonly slippageBps: Amount;
  readonly roundingCost: Amount;

  constructor(
    private readonly settings: PaperBrokerSettings,
    private readonly clock: Clock,
    private readonly timer: Timer,
  ) {
    super();
    this.slippageBps = settings.slippageBps;
    // Each part rounds its notional and its commission by at most one unit of 1e-8.
    this.roundingCost = settings.partialFills ? ((2n * (PARTS + 1n)) as Amount) : ZERO;
  }

  /** A trade's id is the order's id and how much was filled before it: asked again, the broker says the same trades again. */
  async submit(order: BrokerOrder): Promise<BrokerReport> {
    if (this.settings.latencyMs > 0) await new Promise<void>((resolve) => void this.timer.after(this.settings.latencyMs, resolve));
    const broker_order_id = `paper-${order.client_order_id}`;
    if (this.rejects(order.client_order_id)) {
      return { broker_order_id, status: 'REJECTED', reason: 'rejected by the paper broker (VB_PAPER_REJECT_RATE)', fills: [] };
    }
    return { broker_order_id, status: 'FILLED', reason: null, fills: this.fills(order) };
  }

  cancel(): Promise<BrokerReport | null> {
    return Promise.resolve(null); // it fills or rejects at once: nothing ever rests
  }

  private fills(order: BrokerOrder): readonly BrokerFill[] {
    const total = parseAmount(order.qty);
    const price = formatAmount(this.priceOf(order));
    const part = this.partOf(total, parseAmount(order.qty_step));
    const fills: BrokerFill[] = [];
    for (let filled = parseAmount(order.filled_qty); filled < total;) {
      const rest = minus(total, filled);
      const qty = part > ZERO && part < rest ? part : rest;
      const broker_trade_id = `paper-${order.client_order_id}-${formatAmount(filled)}`;
      fills.push({ broker_trade_id, qty: formatAmount(qty), price, commission: null, executed_at: this.clock.now() });
      filled = plus(filled, qty);
    }
    return fills;
  }

  private partOf(total: Amount, step: Amount): Amount {
    if (!this.settings.partialFills) return total;
    return cutToStep({ n: total, d: SCALE * PARTS }, step);
  }

  /** Half-even at 8 places. */
  private priceOf({ side, fresh_price }: BrokerOrder): Amount {
    const slip = basisPoints(this.settings.slippageBps);
    const factor = side === 'BUY' ? add(ONE, slip) : subtract(ONE, slip);
    return roundHalfEven(multiply(exact(parseAmount(fresh_price)), factor));
  }

  private rejects(clientOrderId: string): boolean {
    if (this.settings.rejectRate === ZERO) return false;
    const draw = createHash('sha256').update(clientOrderId).digest().readUInt32BE(0);
    return BigInt(draw) * SCALE < this.settings.rejectRate * 2n ** 32n;
  }
}
