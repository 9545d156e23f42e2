/** People and ticks: tenants, keys, instruments, settings, positions, orders and whatever brokers and feeds may say. */
import { SYSTEM_TENANT, systemContext } from '../../src/kernel/context';
import { AddInstrument, SetReferencePrice } from '../../src/contracts/instrument';
import { BookBrokerFill, FlattenPosition, type OrderView, RequestOrderCancel } from '../../src/contracts/order';
import { OpenPortfolio, RenamePortfolio } from '../../src/contracts/portfolio';
import type { Role } from '../../src/contracts/tenancy';
import { loadCalendar } from '../../src/market-data/calendar-file.adapter';
import { Life, OPENING, TENANT } from './life';

export class TradingLife extends Life {
  async run(): Promise<void> {
    await this.tenants();
    const instrument = await this.instruments();
    const { commands } = this.scratch;
    const portfolio = await commands.execute(
      new OpenPortfolio(this.user(), { name: 'First', base_currency: 'USD', owner_user_id: 'user-1' }),
    );
    await commands.execute(new RenamePortfolio(this.user(), portfolio.id, 'Renamed ü'));
    await this.settings(portfolio.id);
    const position = await this.open({ portfolio_id: portfolio.id, anchor_price: '100' });
    await this.moves(position);
    await this.days();
    await this.badQuotes(portfolio.id, position);
    await this.people(position);
    await this.drifts(position);
    await this.brokers(position);
    await this.positionOfItsOwn();
    await this.ends(instrument, position);
  }

  private async tenants(): Promise<void> {
    const { directory, ids } = this.scratch.app.platform;
    const roles: readonly Role[] = ['owner', 'broker'];
    const context = systemContext(SYSTEM_TENANT, 'golden', 'tenants');
    await directory.create(context, {
      tenantId: 'second',
      name: 'Second',
      ownerEmail: null,
      roles: ['owner'],
      keyText: 'vb_second_golden',
    });
    const caller = { tenantId: TENANT, userId: ids.next(), keyId: 'none', roles: ['platform_admin', ...roles] as const };
    const { id } = await directory.issueKey(this.user(), caller, { roles, label: 'callbacks' });
    await directory.issueKey(this.user(), caller, { roles: ['platform_admin'], label: '' });
    await directory.revokeKey(this.user(), id);
  }

  private async instruments(): Promise<string> {
    const { commands } = this.scratch;
    const system = systemContext(SYSTEM_TENANT, 'golden', 'instruments');
    const stock = { exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD', tick_size: '0.01' } as const;
    const { id } = await commands.execute(new AddInstrument(system, { ...stock, symbol: 'KO', lot_size: null }));
    await commands.execute(new AddInstrument(system, { ...stock, symbol: 'LOT', lot_size: '10', tick_size: null }));
    await commands.execute(new SetReferencePrice(system, id, { price: '100.25', at: OPENING, source: 'golden' }));
    return id;
  }

  /** Each scope and each group, and back to what the wider scopes say. */
  private async settings(portfolioId: string): Promise<void> {
    const tenant = { scope: 'tenant', scope_id: TENANT } as const;
    const portfolio = { scope: 'portfolio', scope_id: portfolioId } as const;
    await this.change(tenant, 'commission-rates', { commission_rate: '0.0002' });
    await this.change(portfolio, 'triggers', { up_threshold_pct: '2.5', target_stock_pct: null });
    await this.change(portfolio, 'guardrails', { max_orders_per_day: 6, short_selling: false });
    await this.change(portfolio, 'triggers', {});
  }

  /** What a person does with a position. */
  private async moves(id: string): Promise<void> {
    await this.ask(id, { type: 'DepositCash', data: { amount: '2500.5' } });
    await this.ask(id, { type: 'WithdrawCash', data: { amount: '0.00000001' } });
    await this.ask(id, { type: 'SetAnchor', data: { anchor_price: '99.5', reason: 'USER' } });
    await this.ask(id, { type: 'PausePosition', data: { reason: 'lunch' } });
    await this.tick('100');
    await this.ask(id, { type: 'ResumePosition', data: {} });
    await this.ask(id, { type: 'HaltPosition', data: { reason: 'look into it' } });
    await this.tick('100');
    await this.ask(id, { type: 'ResumePosition', data: {} });
  }

  /** Prices go down and up: holds, purchases and sales, each seen through to its fill; after the close nothing. */
  private async days(): Promise<void> {
    for (const price of ['99.6', '98', '96.4', '96.5', '95.1', '92.3', '95.7', '98.9', '101.5', '105', '103.2', '108.8'])
      await this.tick(price);
    this.scratch.clock.set('2026-11-20T21:30:00.000Z');
    await this.tick('107');
    this.scratch.clock.set('2026-11-21T15:00:00.000Z');
    await this.tick('107');
    this.scratch.clock.set('2026-11-23T15:00:00.000Z');
    await this.tick('107.5');
  }

  /** What the gate refuses, remembers and confirms. */
  private async badQuotes(portfolioId: string, id: string): Promise<void> {
    await this.tick(null);
    await this.tick('NaN');
    await this.tick('107.5', { ts: '2026-11-23T14:00:00.000Z' });
    await this.tick('107.5', { bid: '108', ask: '107' });
    await this.tick('107.5', { bid: '90', ask: '110' });
    await this.tick('107.5', { bid: '107.4', ask: '107.6' });
    const target = { scope: 'portfolio', scope_id: portfolioId } as const;
    await this.change(target, 'price-policy', { max_jump_pct: '5' });
    for (const price of ['113.5', '114', '113.8', '114.1']) await this.tick(price);
    await this.change(target, 'price-policy', {});
    await this.tick('200');
    await this.ask(id, { type: 'ResumePosition', data: {} });
    await this.tick('143');
  }

  private async people(id: string): Promise<void> {
    const { commands, driver } = this.scratch;
    this.quote('143');
    await this.evaluate(id, '141.5');
    await this.evaluate(id, null);
    await driver.settle();
    await this.order(id, 'BUY', '3');
    await driver.settle();
    const order = await this.order(id, 'SELL', '2');
    await commands.execute(new RequestOrderCancel(this.user(), order.id, 'changed my mind'));
    this.pass();
  }

  /** The market moves between evaluation and execution: once a little, once back, once too often. */
  private async drifts(id: string): Promise<void> {
    const { driver } = this.scratch;
    for (const [price, fresh] of [
      ['150', '150.9'],
      ['156', '153'],
      ['147', '146'],
    ] as const) {
      await this.tick(price, {}, false);
      this.quote(fresh);
      await driver.settle();
    }
    await this.order(id, 'BUY', '1');
    this.quote('120');
    await driver.settle();
    await this.ask(id, { type: 'SetAnchor', data: { anchor_price: '120', reason: 'USER' } });
  }

  /** Answers of brokers that the paper broker never gives. */
  private async brokers(id: string): Promise<void> {
    const { commands } = this.scratch;
    const send = async (qty: string): Promise<OrderView> => {
      const order = await this.order(id, 'BUY', qty);
      await this.deliver();
      await this.command(`order-${order.id}`, { type: 'SubmitOrder', data: { qty, fresh_price: '120', broker: 'other' } });
      return order;
    };
    const end = (order: OrderView, type: 'ExpireOrder' | 'RejectOrder' | 'CancelOrder', outcome: string): Promise<void> =>
      this.commands([
        { stream: `order-${order.id}`, command: { type, data: { reason: `other: ${outcome}` } } },
        { stream: `position-${id}`, command: { type: 'ReleaseReservation', data: { order_id: order.id, outcome, order_price: null } } },
      ]);
    const unknown = await send('2');
    await this.command(`order-${unknown.id}`, { type: 'MarkUnknown', data: { reason: 'the answer was lost' } });
    await this.command(`order-${unknown.id}`, { type: 'AcceptOrder', data: { broker_order_id: 'other-1' } });
    await end(unknown, 'ExpireOrder', 'EXPIRED');
    await end(await send('1'), 'RejectOrder', 'REJECTED');
    const partial = await send('4');
    await commands.execute(new BookBrokerFill(this.user(), partial.id, this.fill('1', '1.5', '119.99')));
    await commands.execute(new BookBrokerFill(this.user(), partial.id, { ...this.fill('2', '0.5', '120.01'), commission: '0.35' }));
    await commands.execute(new RequestOrderCancel(this.user(), partial.id, 'enough'));
    await end(partial, 'CancelOrder', 'CANCELED');
    await commands.execute(new BookBrokerFill(this.user(), partial.id, this.fill('3', '1', '120'))); // late
    await this.scratch.driver.settle();
  }

  /** Another anchor, lots, a minimum that rejects, a purchase that breaks the band, and a fill beyond its order. */
  private async positionOfItsOwn(): Promise<void> {
    const { commands } = this.scratch;
    const portfolio = await commands.execute(
      new OpenPortfolio(this.user(), { name: 'Second', base_currency: 'USD', owner_user_id: 'user-2' }),
    );
    const target = { scope: 'portfolio', scope_id: portfolio.id } as const;
    await this.change(target, 'order-policy', { min_notional: '5000', action_below_min: 'reject' });
    const terms = { portfolio_id: portfolio.id, symbol: 'LOT', anchor_from_first_price: true, avg_cost: '88.12345678' } as const;
    const id = await this.open(terms);
    await this.tick('120');
    await this.tick('115');
    await this.change(target, 'order-policy', {});
    await this.tick('111', {}, false);
    const [order] = await this.scratch.app.platform.opened.sql.read(
      `SELECT stream FROM events WHERE type = 'OrderIntentQueued' AND position_id = ? ORDER BY position DESC LIMIT 1`,
      [id],
    );
    await this.deliver();
    const orderId = String(order?.['stream']).slice('order-'.length);
    await this.command(`order-${orderId}`, { type: 'SubmitOrder', data: { qty: '10', fresh_price: '111', broker: 'other' } });
    await commands.execute(new BookBrokerFill(this.user(), orderId, this.fill('9', '90', '111')));
    await this.scratch.driver.settle();
  }

  private async ends(instrumentId: string, id: string): Promise<void> {
    const { commands, driver, clock } = this.scratch;
    const day = { day: '2026-11-23', closed_at: '2026-11-23T21:00:00.000Z', calendar_version: loadCalendar(null).version } as const;
    const close = { instrument_id: instrumentId, regular_close: '111', source: 'told', ...day };
    await this.command(`instrument-${instrumentId}`, { type: 'CloseSession', data: close }, SYSTEM_TENANT);
    const missed = { first: '2026-11-23T22:00:00.000Z', last: '2026-11-24T14:00:00.000Z', count: 193, reason: 'NOT_RUNNING' };
    await this.command(`tick-missed:${missed.first}`, { type: 'RecordMissedTicks', data: missed }, SYSTEM_TENANT);
    const lost = {
      log: 1,
      kept_position: 200,
      signed_position: 201,
      signed_chain: 'witnessed',
      signed_at: OPENING,
      reason: 'an old backup',
    };
    await this.command('log-1', { type: 'AcceptLoss', data: lost }, SYSTEM_TENANT);
    clock.set('2026-11-24T15:00:00.000Z');
    this.quote('111');
    await commands.execute(new FlattenPosition(this.user(), id));
    await driver.settle();
    await this.ask(id, { type: 'ClosePosition', data: { reason: 'USER' } });
  }
}
