/** Every position and order counted anew from the raw events, without the program's deciders and with its own arithmetic. */

export interface EventRow {
  readonly stream: string;
  readonly type: string;
  readonly position_id: string | null;
  readonly unique_key: string | null;
  readonly data: string;
}

type Data = Readonly<Record<string, unknown>>;

interface Order {
  readonly positionId: string;
  readonly dedupeKey: string;
  readonly rate: bigint;
  /** What may be filled: the intent's quantity, then what was submitted. */
  qty: bigint;
  filled: bigint;
  isSubmitted: boolean;
  isEnded: boolean;
}

interface Position {
  qty: bigint;
  cash: bigint;
  commission: bigint;
  live: string | null;
}

const SCALE = 100_000_000n;
/** What may happen once is refused by the log itself the second time, whoever asks: the event carries the key of its effect. */
const HAPPEN_ONCE = ['OrderIntentQueued', 'TradeExecuted', 'EvaluationRecorded'];
const ENDS = ['OrderCanceled', 'OrderRejected', 'OrderExpired', 'OrderSkipped'];

/** At most 8 places, in units of 1e-8. */
export function units(text: unknown): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(String(text));
  if (!match) throw new Error(`not an amount: ${String(text)}`);
  const [, sign, whole = '', places = ''] = match;
  const size = BigInt(whole) * SCALE + BigInt(places.padEnd(8, '0'));
  return sign === '-' ? -size : size;
}

const halfEven = (value: bigint): bigint => {
  const [down, rest] = [value / SCALE, (value % SCALE) * 2n];
  return rest > SCALE || (rest === SCALE && down % 2n === 1n) ? down + 1n : down;
};
const halfUp = (value: bigint): bigint => (value + SCALE / 2n) / SCALE;

export class Ledger {
  readonly faults: string[] = [];
  readonly orders = new Map<string, Order>();
  readonly positions = new Map<string, Position>();
  /** `deposits <position> <amount>` → how often. */
  readonly movements = new Map<string, number>();
  /** Tick → position → evaluations. */
  readonly evaluations = new Map<string, Map<string, number>>();
  /** Tick → the positions it covers; a tick that started twice is a fault. */
  readonly started = new Map<string, readonly string[]>();
  readonly completed = new Map<string, number>();
  trades = 0;
  private readonly brokerRefs = new Set<string>();
  /** Trades that no PositionUpdated has followed yet. */
  private readonly unbooked = new Map<string, { readonly positionId: string; readonly data: Data }>();

  constructor(events: Iterable<EventRow>) {
    for (const event of events) {
      const data = JSON.parse(event.data) as Data;
      this.apply(event.type, event.stream, event.position_id ?? '', data);
      const isWithoutTick = event.type === 'EvaluationRecorded' && typeof data['tick_id'] !== 'string';
      if (HAPPEN_ONCE.includes(event.type) && event.unique_key === null && !isWithoutTick) {
        this.faults.push(`${event.type} on ${event.stream} has no unique key: nothing keeps it from happening twice`);
      }
    }
    for (const trade of this.unbooked.keys()) this.faults.push(`trade ${trade} was executed and its position never updated`);
  }

  private apply(type: string, stream: string, positionId: string, data: Data): void {
    const id = stream.slice(stream.indexOf('-') + 1);
    if (stream.startsWith('order-')) this.applyToOrder(type, id, positionId, data);
    else if (stream.startsWith('position-')) this.applyToPosition(type, positionId, data);
    else if (type === 'EvaluationRecorded') this.evaluated(data['tick_id'], positionId);
    else if (type === 'TickStarted') this.tickStarted(id, Object.values(data['positions'] as Record<string, readonly string[]>).flat());
    else if (type === 'TickCompleted') this.completed.set(id, (this.completed.get(id) ?? 0) + 1);
  }

  /** Those without a tick were asked for by hand, or by an order whose market drifted away. */
  private evaluated(tickId: unknown, positionId: string): void {
    if (typeof tickId !== 'string') return;
    const counts = this.evaluations.get(tickId) ?? new Map<string, number>();
    counts.set(positionId, (counts.get(positionId) ?? 0) + 1);
    this.evaluations.set(tickId, counts);
    if (counts.get(positionId) === 2) this.faults.push(`tick ${tickId} evaluated position ${positionId} twice`);
  }

  private tickStarted(tickId: string, positions: readonly string[]): void {
    if (this.started.has(tickId)) this.faults.push(`tick ${tickId} started twice`);
    this.started.set(tickId, positions);
  }

  private applyToOrder(type: string, id: string, positionId: string, data: Data): void {
    if (type === 'OrderIntentQueued') {
      this.queue(id, positionId, data);
      return;
    }
    const order = this.orders.get(id);
    if (!order) {
      this.faults.push(`${type} of order ${id}, which was never queued`);
      return;
    }
    if (type === 'OrderSubmitted') {
      if (order.isSubmitted || order.isEnded) this.faults.push(`order ${id} was submitted again`);
      order.isSubmitted = true;
      order.qty = units(data['qty']);
    }
    if (type === 'OrderRepriced') order.qty = units(data['qty']);
    if (type === 'TradeExecuted') this.trade(id, order, data);
    if (ENDS.includes(type)) this.end(id, order);
  }

  private queue(id: string, positionId: string, data: Data): void {
    if (this.orders.has(id)) this.faults.push(`order ${id} was queued twice`);
    const position = this.position(positionId);
    if (position.live !== null) this.faults.push(`order ${id} was queued while ${position.live} of the same position was live`);
    position.live = id;
    this.orders.set(id, {
      positionId,
      dedupeKey: String(data['dedupe_key']),
      rate: units(data['commission_rate_snapshot']),
      qty: units(data['qty']),
      filled: 0n,
      isSubmitted: false,
      isEnded: false,
    });
  }

  private trade(id: string, order: Order, data: Data): void {
    const [qty, price, ref] = [
      units(data['executed_qty']),
      units(data['executed_price']),
      `${String(data['account_id'])}:${String(data['broker_ref'])}`,
    ];
    this.trades += 1;
    if (order.isEnded) this.faults.push(`order ${id} was filled after its end`);
    if (!order.isSubmitted) this.faults.push(`order ${id} was filled before it was submitted`);
    if (this.brokerRefs.has(ref)) this.faults.push(`the broker's trade ${ref} was booked twice`);
    this.brokerRefs.add(ref);
    const notional = halfEven(qty * price);
    if (units(data['notional']) !== notional) this.faults.push(`trade ${ref} has a wrong notional`);
    if (units(data['commission']) !== halfUp(notional * order.rate)) this.faults.push(`trade ${ref} has a wrong commission`);
    this.unbooked.set(String(data['trade_id']), { positionId: order.positionId, data });
    order.filled += qty;
    if (order.filled > order.qty) this.faults.push(`order ${id} was filled beyond its quantity`);
    if (order.filled >= order.qty) this.end(id, order);
  }

  private end(id: string, order: Order): void {
    order.isEnded = true;
    const position = this.position(order.positionId);
    if (position.live === id) position.live = null;
  }

  private applyToPosition(type: string, positionId: string, data: Data): void {
    const position = this.position(positionId);
    if (type === 'PositionOpened') [position.qty, position.cash] = [units(data['qty']), units(data['cash'])];
    if (type === 'CashDeposited') this.move(position, positionId, 'deposits', data, 1n);
    if (type === 'CashWithdrawn') this.move(position, positionId, 'withdrawals', data, -1n);
    if (type === 'PositionUpdated') this.book(position, positionId, data);
  }

  private move(position: Position, positionId: string, kind: string, data: Data, sign: bigint): void {
    const name = `${kind} ${positionId} ${String(data['amount'])}`;
    position.cash += sign * units(data['amount']);
    this.movements.set(name, (this.movements.get(name) ?? 0) + 1);
    if (this.movements.get(name) === 2) this.faults.push(`twice: ${name}`);
  }

  /** Takes the amounts from the trade, not from the update, and then wants both to say the same. */
  private book(position: Position, positionId: string, data: Data): void {
    const tradeId = String(data['trade_id']);
    const trade = this.unbooked.get(tradeId);
    if (!trade || trade.positionId !== positionId) {
      this.faults.push(`position ${positionId} was updated for trade ${tradeId}, which is not there or was booked before`);
      return;
    }
    this.unbooked.delete(tradeId);
    const [qty, notional, commission] = ['executed_qty', 'notional', 'commission'].map((name) => units(trade.data[name])) as [
      bigint,
      bigint,
      bigint,
    ];
    const sign = trade.data['side'] === 'BUY' ? 1n : -1n;
    position.qty += sign * qty;
    position.cash -= sign * notional + commission;
    position.commission += commission;
    if (units(data['qty']) !== position.qty) this.faults.push(`position ${positionId} has a wrong qty after trade ${tradeId}`);
    if (units(data['cash']) !== position.cash) this.faults.push(`position ${positionId} has a wrong cash after trade ${tradeId}`);
  }

  private position(id: string): Position {
    const known = this.positions.get(id) ?? { qty: 0n, cash: 0n, commission: 0n, live: null };
    this.positions.set(id, known);
    return known;
  }
}
