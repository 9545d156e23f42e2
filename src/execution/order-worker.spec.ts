import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { formatAmount, parseAmount, ZERO } from '../kernel/amount';
import type { BrokerFill } from '../contracts/order';
import { DEFAULT_SETTINGS_TEXT, parseSettings } from '../rules/settings';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { FreshPrices } from '../market-data/fresh-price';
import { VirtualClock } from '../platform/time/virtual-clock';
import { Broker, type BrokerOrder, type BrokerReport } from './broker.port';
import type { OrderBook } from './order-book';
import type { PlacedOrder } from './order.decider';
import type { OrderSettings } from './order-settings';
import { OrderWorker } from './order-worker';

const AT = '2026-11-20T15:00:00.000Z';
const FILL: BrokerFill = { broker_trade_id: 't-1', qty: '9', price: '48', commission: null, executed_at: AT };
const report = (status: BrokerReport['status'], fills: readonly BrokerFill[] = []): BrokerReport => ({
  broker_order_id: 'b-1',
  status,
  reason: null,
  fills,
});

/** What happens to an order whose worker was killed after a person had asked to cancel it. */
async function redeliver(answers: { readonly cancel: BrokerReport | null; readonly submit: BrokerReport }): Promise<readonly string[]> {
  const happened: string[] = [];
  class AskedBroker extends Broker {
    readonly name = 'asked';
    readonly slippageBps = ZERO;
    readonly roundingCost = ZERO;
    submit({ qty, client_order_id }: BrokerOrder): Promise<BrokerReport> {
      happened.push(`asked what became of ${client_order_id}, ${qty}`);
      return Promise.resolve(answers.submit);
    }
    cancel(): Promise<BrokerReport | null> {
      return Promise.resolve(answers.cancel);
    }
  }
  const [qty, filled_qty] = [parseAmount('9'), parseAmount('0')];
  const order = {
    status: 'PENDING_CANCEL',
    order_id: 'o-1',
    client_order_id: 'o-1',
    tick_id: null,
    strategy_id: 'manual',
    price_policy: 'MID',
    qty,
    submitted_qty: qty,
    filled_qty,
    evaluation_price: '48',
    broker_order_id: null,
  } as unknown as PlacedOrder;
  const book = {
    order: () => Promise.resolve(order),
    end: (_context: unknown, _id: string, { type }: { readonly type: string }) => Promise.resolve(void happened.push(type)),
    book: (_context: unknown, _id: string, fill: BrokerFill) => Promise.resolve(void happened.push(`booked ${fill.qty} at ${fill.price}`)),
  } as unknown as OrderBook;
  const settings = { of: () => Promise.resolve(parseSettings(DEFAULT_SETTINGS_TEXT)) } as unknown as OrderSettings;
  const prices = { fresh: () => Promise.resolve({ usable: false, reason: 'NO_QUOTE' }) } as unknown as FreshPrices;
  const nobody = {} as unknown;
  const [calendar, commands, queries] = [nobody as ExchangeCalendar, nobody as CommandBus, nobody as QueryBus];
  const worker = new OrderWorker(book, new AskedBroker(), settings, prices, calendar, commands, queries, new VirtualClock(AT));
  const message = { order_id: 'o-1', position_id: 'p-1', correlation_id: 'r-1', causation_id: null };
  await worker.handle({ tenantId: 'demo', message, attempt: 2 });
  return happened;
}

describe('an order whose cancellation a crash cut off', () => {
  it('is cancelled where the broker says so', async () =>
    expect(await redeliver({ cancel: report('CANCELED'), submit: report('FILLED', [FILL]) })).toEqual(['CancelOrder']));

  it('keeps nothing reserved for ever where the broker had filled it before', async () =>
    expect(await redeliver({ cancel: null, submit: report('FILLED', [FILL]) })).toEqual([
      `asked what became of o-1, ${formatAmount(parseAmount('9'))}`,
      'booked 9 at 48',
    ]));
});
