/** A broker as the worker sees it. Every call names the order by our own client order id, so that asking twice is harmless. */
import type { Amount, AmountText } from '../kernel/amount';
import type { BrokerFill, OrderType, TimeInForce } from '../contracts/order';
import type { Side } from '../contracts/position';

export interface BrokerOrder {
  readonly client_order_id: string;
  readonly account_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly order_type: OrderType;
  readonly time_in_force: TimeInForce;
  /** What was ordered in all, and what of it is booked already. */
  readonly qty: AmountText;
  readonly filled_qty: AmountText;
  readonly qty_step: AmountText;
  /** The effective price that the order was checked at. */
  readonly fresh_price: AmountText;
}

export interface BrokerReport {
  readonly broker_order_id: string;
  readonly status: 'OPEN' | 'FILLED' | 'CANCELED' | 'REJECTED' | 'EXPIRED';
  readonly reason: string | null;
  /** Executions that may not be booked yet; known ones are recognised by their id. */
  readonly fills: readonly BrokerFill[];
}

export abstract class Broker {
  abstract readonly name: string;
  /** How much worse than the fresh price it may fill: a purchase must be payable even then. */
  abstract readonly slippageBps: Amount;
  /** Cash that rounding each of several fills may cost beyond rounding the whole. */
  abstract readonly roundingCost: Amount;
  /** Sends the order, or asks what became of it where the broker has it already. Rejects where the answer was lost. */
  abstract submit(order: BrokerOrder): Promise<BrokerReport>;
  /** Null where the broker has ended or never seen the order. */
  abstract cancel(clientOrderId: string): Promise<BrokerReport | null>;
}
