/** Work that never pauses: prices that make positions trade, ticks, money in and out, orders of people and their cancellations. */
import type { Answer, Client } from './client';
import type { Journal, Movement, OrderCall, Outcome, TickCall } from './journal';
import type { Random } from './seeded-random';

export const SYMBOLS = ['AAA', 'BBB', 'CCC'] as const;
const PORTFOLIOS = 4;
/** Four percent apart: from an anchor at one of them the other is beyond the threshold of three. */
const LOW = '100';
const HIGH = '104';
const MOVERS = 4;
const TRADERS = 2;
/** Movements whose answer was given before the kill and that are asked for again after it. */
const ASKED_AGAIN = 3;
const FIRST_TICK = Date.parse('2026-01-01T00:00:00.000Z');

export class Traffic {
  private readonly prices = new Map<string, string>(SYMBOLS.map((symbol) => [symbol, LOW]));
  private positionIds: readonly string[] = [];
  private serial = 0;

  constructor(
    private readonly journal: Journal,
    private readonly random: Random,
  ) {}

  /** Instruments of a market that never closes, and a position of each in every portfolio. */
  async open(client: Client): Promise<void> {
    const limits = { max_orders_per_day: null };
    await this.must(client.send('PUT', '/v1/config/tenant/guardrails', limits));
    for (const symbol of SYMBOLS) {
      await this.must(client.send('POST', '/v1/instruments', { symbol, exchange: '24X7', asset_type: 'CRYPTO', currency: 'USD' }));
      await this.quote(client, symbol);
    }
    const positionIds: string[] = [];
    for (let number = 1; number <= PORTFOLIOS; number++) {
      const { id: portfolio_id } = await this.must(client.send('POST', '/v1/portfolios', { name: `Portfolio ${number}` }));
      for (const symbol of SYMBOLS) {
        const terms = { portfolio_id, symbol, qty: '100', cash: '10000', anchor_price: LOW };
        const { id } = await this.must(client.send('POST', '/v1/positions', terms));
        positionIds.push(String(id));
      }
    }
    this.positionIds = positionIds;
  }

  /** Goes on until the server is dead. */
  async run(client: Client, isDead: () => boolean): Promise<void> {
    const loop = async (step: () => Promise<void>): Promise<void> => {
      while (!isDead()) await step();
    };
    const steps = [
      () => this.tick(client),
      ...Array.from({ length: MOVERS }, () => () => this.move(client)),
      ...Array.from({ length: TRADERS }, () => () => this.order(client)),
    ];
    await Promise.all(steps.map(loop));
  }

  /** Sends again what got no answer, as a careful client does, and some of what got one. False where the server died over it. */
  async askAgain(client: Client): Promise<boolean> {
    const { movements, ticks, orders } = this.journal;
    const open = <Call extends { readonly outcome: Outcome }>(calls: readonly Call[]): readonly Call[] =>
      calls.filter(({ outcome }) => outcome === 'open');
    const known = movements.filter(({ outcome }) => outcome === 'acknowledged').slice(-ASKED_AGAIN);
    await Promise.all([
      ...open(movements).map((movement) => this.sendMovement(client, movement)),
      ...open(ticks).map((tick) => this.sendTick(client, tick)),
      ...open(orders).map((order) => this.sendOrder(client, order)),
      ...known.map((movement) => this.sendKnown(client, movement)),
    ]);
    return client.unanswered === 0;
  }

  private async tick(client: Client): Promise<void> {
    if (this.random.next() < 0.7) await this.flip(client);
    const call: TickCall = { tickId: new Date(FIRST_TICK + ++this.serial * 1_000).toISOString(), outcome: 'open' };
    this.journal.ticks.push(call);
    const twice = this.random.next() < 0.3; // two schedulers, one instant
    await Promise.all(twice ? [this.sendTick(client, call), this.sendTick(client, call)] : [this.sendTick(client, call)]);
  }

  private async flip(client: Client): Promise<void> {
    const symbol = this.random.pick(SYMBOLS);
    this.prices.set(symbol, this.prices.get(symbol) === LOW ? HIGH : LOW);
    await this.quote(client, symbol);
  }

  private async quote(client: Client, symbol: string): Promise<void> {
    const answer = await client.send('POST', '/v1/quotes', { symbol, last: this.prices.get(symbol) });
    if (this.outcomeOf(answer, `a quote of ${symbol}`) !== 'acknowledged' || !answer) return;
    const [ts, known] = [String(answer.body['ts']), this.journal.quotes.get(symbol) ?? ''];
    if (ts > known) this.journal.quotes.set(symbol, ts);
  }

  private async move(client: Client): Promise<void> {
    const serial = ++this.serial;
    const movement: Movement = {
      key: `move-${serial}`,
      positionId: this.random.pick(this.positionIds),
      kind: this.random.next() < 0.5 ? 'deposits' : 'withdrawals',
      amount: `1.${String(serial).padStart(7, '0')}1`,
      outcome: 'open',
    };
    this.journal.movements.push(movement);
    await this.sendMovement(client, movement);
  }

  private async order(client: Client): Promise<void> {
    const serial = ++this.serial;
    const side = serial % 2 === 0 ? 'BUY' : 'SELL';
    const call: OrderCall = {
      key: `order-${serial}`,
      positionId: this.random.pick(this.positionIds),
      side,
      qty: '1.5',
      outcome: 'open',
      orderId: null,
    };
    this.journal.orders.push(call);
    await this.sendOrder(client, call);
    if (call.orderId === null || this.random.next() < 0.7) return;
    this.outcomeOf(await client.send('POST', `/v1/orders/${call.orderId}/cancel`, {}, `cancel-${serial}`), 'a cancellation');
  }

  private async sendMovement(client: Client, movement: Movement): Promise<Answer | null> {
    const { positionId, kind, amount, key } = movement;
    const answer = await client.send('POST', `/v1/positions/${positionId}/${kind}`, { amount }, key);
    if (answer) movement.outcome = this.outcomeOf(answer, `${kind} of ${amount}`);
    return answer;
  }

  private async sendKnown(client: Client, movement: Movement): Promise<void> {
    const answer = await this.sendMovement(client, movement);
    if (answer && !answer.isReplay) this.journal.surprises.push(`${movement.key} was acknowledged before the kill and done again after it`);
  }

  private async sendTick(client: Client, tick: TickCall): Promise<void> {
    const answer = await client.send('POST', '/v1/ticks', { tick_id: tick.tickId });
    if (!answer) return;
    tick.outcome = this.outcomeOf(answer, `tick ${tick.tickId}`);
    if (answer.body['failed'] !== 0)
      this.journal.surprises.push(`tick ${tick.tickId} failed for ${String(answer.body['failed'])} positions`);
  }

  private async sendOrder(client: Client, order: OrderCall): Promise<void> {
    const { positionId, side, qty, key } = order;
    const answer = await client.send('POST', `/v1/positions/${positionId}/orders`, { side, qty }, key);
    if (!answer) return;
    order.outcome = this.outcomeOf(answer, `${key}: ${side} ${qty}`);
    if (order.outcome === 'acknowledged') order.orderId = String(answer.body['id']);
  }

  /** A rule may say no (422), or another writer be faster (409); anything else is a surprise. */
  private outcomeOf(answer: Answer | null, what: string): Outcome {
    if (!answer) return 'open';
    if (answer.status < 300) return 'acknowledged';
    if (answer.status !== 422 && answer.status !== 409) {
      this.journal.surprises.push(`${what} was answered with ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return 'refused';
  }

  private async must(sent: Promise<Answer | null>): Promise<Answer['body']> {
    const answer = await sent;
    if (!answer || answer.status >= 300) throw new Error(`the stage cannot be set: ${JSON.stringify(answer)}`);
    return answer.body;
  }
}
