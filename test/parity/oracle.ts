/** The rules once more, written from their description alone on a decimal library: what replays and simulations are compared with. */
import { Decimal } from 'decimal.js';

Decimal.set({ precision: 80, rounding: Decimal.ROUND_DOWN, toExpNeg: -9e15, toExpPos: 9e15 });

/** `open`: whether an evaluation may trade on it. */
export type OracleBar = Readonly<Record<'day' | 'close', string>> & { readonly open: boolean };
export type OracleAction = Readonly<Record<'ex_date' | 'value' | 'pay_date', string>> & { readonly type: 'dividend' | 'split' };
export type OracleConfig = Readonly<Record<string, string | number | boolean | null>>;

export interface OracleRun {
  readonly bars: readonly OracleBar[];
  readonly actions: readonly OracleAction[];
  readonly cash: string;
  readonly qty: string | null;
  readonly stockPct: string | null;
  readonly config: OracleConfig;
}

const d = (value: Decimal.Value): Decimal => new Decimal(value);
const round8 = (value: Decimal): Decimal => value.toDecimalPlaces(8, Decimal.ROUND_HALF_EVEN);
const cents = (value: Decimal): Decimal => value.toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
const NOTHING = { day: '', orders: 0, notional: d(0) };
const text = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed());

class Account {
  qty: Decimal;
  cash: Decimal;
  receivable = d(0);
  anchor = d(0);
  fills = { BUY: 0, SELL: 0 };
  commission = d(0);
  paid = d(0);
  turnover = d(0);
  private today = NOTHING;
  private due: { readonly on: string; readonly net: Decimal }[] = [];

  constructor(
    private readonly run: OracleRun,
    private readonly step = d(String(run.config['qty_step'] ?? '0.000001')),
    private readonly rate = d(String(run.config['commission_rate'] ?? '0.0001')),
  ) {
    this.qty = d(run.qty ?? 0);
    this.cash = d(run.cash);
  }
  private readonly pct = (name: string, usual: string): Decimal => d(String(this.run.config[name] ?? usual)).div(100);

  private readonly cut = (value: Decimal): Decimal => value.div(this.step).floor().times(this.step);

  private fee(n: Decimal, price: Decimal): Decimal {
    return round8(n.times(price)).times(this.rate).toDecimalPlaces(8, Decimal.ROUND_HALF_UP);
  }

  buyOpening(price: Decimal, day: string): void {
    this.anchor = price;
    if (this.run.stockPct === null) return;
    let n = this.cut(Decimal.min(d(this.run.stockPct).div(100).times(this.cash).div(price), this.cash.div(price.times(this.rate.plus(1)))));
    while (n.gt(0) && round8(n.times(price)).plus(this.fee(n, price)).gt(this.cash)) n = n.minus(this.step);
    if (n.gt(0)) this.fill('BUY', n, price, day);
  }

  private fill(side: 'BUY' | 'SELL', n: Decimal, price: Decimal, day: string): void {
    const notional = round8(n.times(price));
    const fee = this.fee(n, price);
    const buying = side === 'BUY';
    this.qty = buying ? this.qty.plus(n) : this.qty.minus(n);
    this.cash = (buying ? this.cash.minus(notional) : this.cash.plus(notional)).minus(fee);
    this.commission = this.commission.plus(fee);
    this.turnover = this.turnover.plus(notional);
    this.anchor = price;
    this.fills[side]++;
    const before = this.today.day === day ? this.today : NOTHING;
    this.today = { day, orders: before.orders + 1, notional: before.notional.plus(notional) };
  }

  readonly value = (price: Decimal): Decimal => this.qty.times(price).plus(this.cash).plus(this.receivable);

  /** `before` is the regular close before the ex-date, splits of the same morning applied. */
  act({ type, value, ex_date, pay_date }: OracleAction, price: Decimal, before: Decimal): void {
    if (type === 'split') {
      const [shares, of] = ratioOf(value);
      const exactly = this.qty.times(shares).div(of);
      this.qty = this.cut(exactly);
      this.cash = this.cash.plus(cents(exactly.minus(this.qty).times(price)));
      this.anchor = round8(this.anchor.times(of).div(shares));
      return;
    }
    const gross = cents(this.qty.times(value));
    const net = gross.minus(cents(gross.times(this.pct('withholding_tax_pct', '0'))));
    this.receivable = this.receivable.plus(net);
    this.anchor = round8(this.anchor.times(before.minus(value)).div(before));
    this.due.push({ on: pay_date > ex_date ? pay_date : ex_date, net });
  }

  pay(day: string): void {
    const sum = this.due.filter(({ on }) => on <= day).reduce((total, { net }) => total.plus(net), d(0));
    this.due = this.due.filter(({ on }) => on > day);
    this.receivable = this.receivable.minus(sum);
    this.cash = this.cash.plus(sum);
    this.paid = this.paid.plus(sum);
  }

  evaluate(price: Decimal, day: string): void {
    const selling = price.times(100).gte(this.anchor.times(this.pct('up_threshold_pct', '3').plus(1).times(100)));
    const buying = price.times(100).lte(this.anchor.times(d(1).minus(this.pct('down_threshold_pct', '3')).times(100)));
    if (!selling && !buying) return;
    const side = selling ? 'SELL' : 'BUY';
    const raw = this.raw(side, price);
    if (raw.lte(0)) return;
    const allowed = (n: Decimal): boolean => this.caps(side, price, day).every((cap) => n.lte(cap)) && this.holds(side, n, price);
    let n = this.cut(Decimal.max(0, Decimal.min(raw, ...this.caps(side, price, day))));
    while (n.gt(0) && !this.holds(side, n, price)) n = n.minus(this.step);
    if (n.lte(0)) return;
    const [minQty, minNotional] = ['min_qty', 'min_notional'].map((name) => d(String(this.run.config[name] ?? 0))) as [Decimal, Decimal];
    if (n.lt(minQty) || n.times(price).lt(minNotional)) {
      if (this.run.config['action_below_min'] !== 'clip') return;
      n = Decimal.max(minQty, minNotional.div(price)).div(this.step).toDecimalPlaces(0, Decimal.ROUND_UP).times(this.step);
      if (!allowed(n)) return;
    }
    this.fill(side, n, price, day);
  }

  private raw(side: string, price: Decimal): Decimal {
    const r = d(String(this.run.config['rebalance_ratio'] ?? '1.6667'));
    const [value, square] = [this.value(price), price.times(price)];
    const strategy = this.run.config['order_sizing_strategy'] ?? 'proportional';
    if (strategy === 'proportional') return this.anchor.minus(price).abs().times(r).times(value).div(square);
    if (strategy === 'original') return this.anchor.times(r).times(value).div(square);
    if (strategy === 'fixed_percentage') return side === 'BUY' ? r.times(this.cash).div(price) : r.times(this.qty);
    const middle = this.pct('min_stock_pct', '25').plus(this.pct('max_stock_pct', '75')).div(2);
    const target = this.run.config['target_stock_pct'] ? this.pct('target_stock_pct', '0') : middle;
    const missing = target.times(value).minus(this.qty.times(price)).div(price);
    return side === 'BUY' ? missing : missing.negated();
  }

  private caps(side: string, price: Decimal, day: string): Decimal[] {
    const [value, c] = [this.value(price), this.rate];
    const [min, max] = [this.pct('min_stock_pct', '25'), this.pct('max_stock_pct', '75')];
    const held = this.qty.times(price);
    const caps = [this.pct('max_trade_pct_of_position', '100').times(value).div(price)];
    if (side === 'BUY')
      caps.push(
        this.cash.div(price.times(c.plus(1))),
        max
          .times(value)
          .minus(held)
          .div(price.times(c.times(max).plus(1))),
      );
    else caps.push(this.qty, held.minus(min.times(value)).div(price.times(d(1).minus(c.times(min)))));
    const today = this.today.day === day ? this.today : NOTHING;
    const { max_daily_notional: notional, max_orders_per_day: orders } = this.run.config;
    if (notional) caps.push(d(String(notional)).minus(today.notional).div(price));
    if (orders && today.orders >= Number(orders)) caps.push(d(0));
    return caps.map((cap) => Decimal.max(0, cap));
  }

  private holds(side: string, n: Decimal, price: Decimal): boolean {
    const after = this.value(price).minus(this.fee(n, price));
    if (n.times(price).gt(this.pct('max_trade_pct_of_position', '100').times(this.value(price)))) return false;
    if (side === 'SELL') return this.qty.minus(n).times(price).gte(this.pct('min_stock_pct', '25').times(after));
    const paid = round8(n.times(price)).plus(this.fee(n, price));
    return paid.lte(this.cash) && this.qty.plus(n).times(price).lte(this.pct('max_stock_pct', '75').times(after));
  }
}

/** New and old shares: a third has no exact decimal. */
const ratioOf = (value: string): [Decimal, Decimal] => [d(value.split('/')[0]!), d(value.split('/')[1] ?? 1)];

/** The amounts and counts that both commands print. */
export function oracle(run: OracleRun): Readonly<Record<string, unknown>> {
  const account = new Account(run);
  const { bars } = run;
  account.buyOpening(d(bars[0]!.close), bars[0]!.day);
  const waiting = run.actions.filter(({ ex_date }) => ex_date > bars[0]!.day);
  for (let i = 1; i < bars.length; i++) {
    const { day, close, open } = bars[i]!;
    let before = d(bars[i - 1]!.close);
    const order = ({ ex_date, type }: OracleAction): string => ex_date + (type === 'split' ? 0 : 1);
    const now = waiting.filter(({ ex_date }) => ex_date <= day);
    for (const action of now.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
      account.act(action, d(close), before);
      if (action.type === 'split') before = before.times(ratioOf(action.value)[1]).div(ratioOf(action.value)[0]);
      waiting.splice(waiting.indexOf(action), 1);
    }
    account.pay(day);
    if (open) account.evaluate(d(close), day);
  }
  const { qty, cash, anchor, fills, commission, paid, receivable, turnover } = account;
  const equity = round8(account.value(d(bars.at(-1)!.close)));
  const amounts = { equity, cash, qty, anchor, commission, dividends_net: paid, receivable, turnover };
  return {
    bars: bars.length,
    buys: fills.BUY,
    sells: fills.SELL,
    ...Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, text(value)])),
  };
}
