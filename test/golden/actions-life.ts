/** What companies do to their shares: announced, doubted, applied, paid, corrected and taken back. */
import { type Instant, later } from '../../src/kernel/clock';
import { SYSTEM_TENANT, systemContext } from '../../src/kernel/context';
import {
  type ActionSource,
  AnnounceAction,
  AnnouncementCommand,
  type AnnouncementRequest,
  type AnnouncementView,
  type AnnounceTerms,
  ProcessActions,
} from '../../src/contracts/corporate-action';
import { AddInstrument } from '../../src/contracts/instrument';
import { BookBrokerFill, type OrderView } from '../../src/contracts/order';
import { OpenPortfolio } from '../../src/contracts/portfolio';
import { Life } from './life';

const SYMBOL = 'ACT';
const NONE = { pay_date: null, amount_per_share: null, currency: null, withholding_tax_pct: null, ratio: null, note: null };
/** Half past two in New York: the night's jobs run. */
const NIGHT = 'T07:30:00.000Z';
const MORNING = 'T15:00:00.000Z';

export class ActionsLife extends Life {
  async run(): Promise<void> {
    const id = await this.begin();
    await this.dividends(id);
    await this.reinvested(id);
    await this.splits(id);
    await this.doubts();
    await this.changes();
  }

  private async begin(): Promise<string> {
    const { commands, clock } = this.scratch;
    clock.set(`2026-11-25${MORNING}`);
    const terms = { symbol: SYMBOL, exchange: 'XNAS', asset_type: 'EQUITY', currency: 'USD', tick_size: null, lot_size: '1' } as const;
    await commands.execute(new AddInstrument(this.user(), terms));
    const portfolio = await commands.execute(
      new OpenPortfolio(this.user(), { name: 'Third', base_currency: 'USD', owner_user_id: 'user-3' }),
    );
    return this.open({ portfolio_id: portfolio.id, symbol: SYMBOL, anchor_price: '100', avg_cost: '98.5' });
  }

  /** Amended before the ex-date; a fill of before the cutoff is told late; one is cancelled after its accrual. */
  private async dividends(id: string): Promise<void> {
    await this.tick('100');
    const order = await this.submitted(id, 'BUY', '10');
    const before = this.scratch.clock.now();
    const paid = await this.announce('CASH_DIVIDEND', '2026-11-30', {
      amount_per_share: '0.45',
      pay_date: '2026-12-04',
      withholding_tax_pct: '15',
    });
    await this.correct(paid, { type: 'Amend', data: { terms: { amount_per_share: '0.5', note: 'corrected' } } });
    await this.process(`2026-11-30${NIGHT}`);
    await this.fillOf(order, '6', '100', before);
    await this.process(`2026-12-04${NIGHT}`);
    await this.fillOf(order, '4', '99.5', later(before, 1_000));
    await this.scratch.driver.settle();
    const dropped = await this.announce('CASH_DIVIDEND', '2026-12-07', { amount_per_share: '1', pay_date: '2026-12-30' });
    await this.process(`2026-12-07${NIGHT}`);
    await this.correct(dropped, { type: 'Cancel', data: { reason: 'never declared' } });
    await this.process(`2026-12-08${NIGHT}`);
  }

  private async reinvested(id: string): Promise<void> {
    await this.change({ scope: 'position', scope_id: id }, 'dividends', { reinvest_dividends: true });
    await this.announce('CASH_DIVIDEND', '2026-12-09', { amount_per_share: '2', pay_date: '2026-12-10' });
    await this.process(`2026-12-09${NIGHT}`);
    await this.process(`2026-12-10${NIGHT}`);
    this.scratch.clock.set(`2026-12-10${MORNING}`);
    await this.tick('98');
    await this.scratch.driver.settle();
    await this.tick('98');
  }

  /** A reverse split that leaves a fraction, corrected later; one that is cancelled after it was applied. */
  private async splits(id: string): Promise<void> {
    const reverse = await this.announce('SPLIT', '2026-12-14', { ratio: '1:3' });
    await this.process(`2026-12-14${NIGHT}`);
    this.scratch.clock.set(`2026-12-14${MORNING}`);
    await this.tick('294');
    await this.tick('294.5');
    await this.correct(reverse, { type: 'Amend', data: { terms: { ratio: '1:4' } } });
    await this.process(`2026-12-15${NIGHT}`);
    const undone = await this.announce('SPLIT', '2026-12-16', { ratio: '2:1' });
    await this.process(`2026-12-16${NIGHT}`);
    await this.correct(undone, { type: 'Cancel', data: { reason: 'postponed' } });
    await this.process(`2026-12-16T08:00:00.000Z`);
    await this.ask(id, { type: 'SetAnchor', data: { anchor_price: '392', reason: 'USER' } });
  }

  /** Two providers that disagree, one that nobody should believe, and a person who says what holds. */
  private async doubts(): Promise<void> {
    const key = { ...(await this.keyOf('2026-12-21')), sequence: 1 };
    const say = (source: ActionSource, amount: string): Promise<void> =>
      this.command(`announcement-${key.corporate_action_id}`, {
        type: 'Announce',
        data: { key, terms: { ...NONE, amount_per_share: amount, currency: 'USD', pay_date: '2026-12-28' }, source, doubts: [] },
      });
    await say('csv', '0.3');
    await say('yahoo', '0.4');
    const request = (body: AnnouncementRequest): Promise<AnnouncementView> =>
      this.scratch.commands.execute(new AnnouncementCommand(this.user(), key.corporate_action_id, body, false));
    await request({ type: 'Approve', data: {} });
    const doubt = { code: 'EXCEEDS_PRICE', message: 'more than the share is worth; look at it' };
    await this.command(`announcement-${key.corporate_action_id}`, { type: 'Doubt', data: { doubt } });
    await request({ type: 'Cancel', data: { reason: 'nonsense' } });
  }

  /** What only a person can book. */
  private async changes(): Promise<void> {
    const dropped = await this.announce('SYMBOL_CHANGE', '2026-12-22', { note: 'ACT becomes ACTS' });
    await this.correct(dropped, { type: 'Amend', data: { terms: { note: 'ACT becomes ACTR' } } });
    await this.correct(dropped, { type: 'Cancel', data: { reason: 'called off' } });
    await this.announce('MERGER', '2026-12-23', { note: 'with another' });
    await this.process(`2026-12-23${NIGHT}`);
    this.scratch.clock.set(`2026-12-23${MORNING}`);
    await this.tick('392');
  }

  private announce(type: AnnounceTerms['type'], ex_date: string, terms: Partial<AnnounceTerms>): Promise<AnnouncementView> {
    const about = { ...NONE, symbol: SYMBOL, exchange: null, sequence: 1, ...terms, type, ex_date };
    return this.scratch.commands.execute(new AnnounceAction(this.user(), about, false));
  }

  private correct({ id }: AnnouncementView, body: AnnouncementRequest): Promise<AnnouncementView> {
    return this.scratch.commands.execute(new AnnouncementCommand(this.user(), id, body, false));
  }

  private process(at: Instant): Promise<unknown> {
    this.scratch.clock.set(at);
    return this.scratch.commands.execute(new ProcessActions(systemContext(SYSTEM_TENANT, 'process-corporate-actions', `night:${at}`)));
  }

  private async submitted(id: string, side: 'BUY' | 'SELL', qty: string): Promise<OrderView> {
    const order = await this.order(id, side, qty);
    await this.deliver();
    await this.command(`order-${order.id}`, { type: 'SubmitOrder', data: { qty, fresh_price: '100', broker: 'other' } });
    return order;
  }

  private fillOf({ id }: OrderView, qty: string, price: string, executed_at: Instant): Promise<OrderView> {
    const fill = { broker_trade_id: `other-${id}-${qty}`, qty, price, commission: null, executed_at };
    return this.scratch.commands.execute(new BookBrokerFill(this.user(), id, fill));
  }

  private async keyOf(ex_date: string) {
    const [row] = await this.scratch.app.platform.opened.sql.read('SELECT instrument_id FROM instruments WHERE symbol = ?', [SYMBOL]);
    const instrument_id = String(row?.['instrument_id']);
    const about = { instrument_id, symbol: SYMBOL, exchange: 'XNAS', type: 'CASH_DIVIDEND', ex_date } as const;
    return { corporate_action_id: `${instrument_id}:CASH_DIVIDEND:${ex_date}:1`, ...about };
  }
}
