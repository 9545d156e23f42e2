/** Whole runs over real and made-up bars, compared to the last digit with results computed independently (`test/data/expected.jsonl`). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Amount, formatAmount, minus, parseAmount, plus, ZERO } from '../kernel/amount';
import { roundHalfEven } from '../kernel/exact';
import { commission, notional } from './commission';
import { openingPurchase } from './opening-purchase';
import { positionValue } from './position-value';
import { decideRules } from './rules-decision';
import { HISTORICAL_SETTINGS_TEXT, parseSettings, type RuleSettings } from './settings';
import { checkSettings, SETTING_NAMES, validateSettings } from './settings-validation';
import type { Side } from './trigger';

interface ExpectedRun {
  readonly args: {
    readonly bars: string;
    readonly actions: string | null;
    readonly cash: string;
    readonly options: readonly string[];
    readonly config: object;
  };
  readonly result: Readonly<Record<string, unknown>>;
}

interface Bar {
  readonly date: string;
  readonly close: Amount;
}

const DATA = join(__dirname, '../../test/data');
const text = (file: string): string => readFileSync(join(DATA, file), 'utf8').trim();
const runs = text('expected.jsonl')
  .split('\n')
  .map((line) => JSON.parse(line) as ExpectedRun)
  .filter(({ args }) => args.actions === null);

const FIELDS = ['bars', 'first', 'last', 'equity', 'cash', 'qty', 'anchor', 'buys', 'sells', 'commission', 'turnover'];
const pick = (result: Readonly<Record<string, unknown>>) => Object.fromEntries(FIELDS.map((field) => [field, result[field]]));

describe('a run over historical bars', () => {
  it('has all the runs without corporate actions to be compared with', () => expect(runs).toHaveLength(12));

  it.each(runs.map((run) => [`${run.args.bars} ${run.args.options.join(' ')} ${JSON.stringify(run.args.config)}`, run] as const))(
    'ends with the money that was computed independently: %s',
    (_name, { args, result }) => {
      expect(replay(args)).toEqual(pick(result));
    },
  );
});

function replay({ bars: file, cash, options, config }: ExpectedRun['args']) {
  const option = (name: string): string | undefined => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
  const settings = parseSettings({ ...HISTORICAL_SETTINGS_TEXT, ...validateSettings(config, SETTING_NAMES) });
  checkSettings(settings);
  const bars = readBars(file).filter(({ date }) => date >= (option('--start') ?? date) && date <= (option('--end') ?? date));
  const [first, ...later] = bars;
  if (!first) throw new Error('no bars');

  const book = new Book(settings, parseAmount(cash), parseAmount(option('--qty') ?? '0'));
  book.open(parseAmount(option('--stock-pct') ?? '0'), first.close);
  for (const { close } of later) book.evaluate(close);
  const last = later.at(-1) ?? first;
  return { bars: bars.length, first: first.date, last: last.date, ...book.report(last.close) };
}

function readBars(file: string): Bar[] {
  return text(file)
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([date = '', , , , close]) => ({ date, close: parseAmount(close) }));
}

/** One position that fills every order at once, at the price of its evaluation. */
class Book {
  private anchor: Amount = ZERO;
  private paid: Amount = ZERO;
  private turnover: Amount = ZERO;
  private readonly fills = { BUY: 0, SELL: 0 };

  constructor(
    private readonly settings: RuleSettings,
    private cash: Amount,
    private qty: Amount,
  ) {}

  open(stockPct: Amount, price: Amount): void {
    const { qty_step: step, commission_rate } = this.settings;
    const qty = openingPurchase({ stock_pct: stockPct, cash: this.cash, price, step, commission_rate });
    if (qty > 0n) this.fill('BUY', qty, price);
    this.anchor = price;
  }

  evaluate(price: Amount): void {
    const { qty, cash, anchor, settings } = this;
    const { qty_step: step, commission_rate } = settings;
    const input = { price, qty, cash, receivable: ZERO, anchor, settings, step, commission_rate, day: { orders: 0, notional: ZERO } };
    const decision = decideRules(input);
    if (decision.action !== 'BUY' && decision.action !== 'SELL') return;
    this.fill(decision.action, decision.qty, price);
    this.anchor = price;
  }

  report(price: Amount) {
    const equity = roundHalfEven(positionValue({ qty: this.qty, cash: this.cash, receivable: ZERO }, price));
    return {
      equity: formatAmount(equity),
      cash: formatAmount(this.cash),
      qty: formatAmount(this.qty),
      anchor: formatAmount(this.anchor),
      buys: this.fills.BUY,
      sells: this.fills.SELL,
      commission: formatAmount(this.paid),
      turnover: formatAmount(this.turnover),
    };
  }

  private fill(side: Side, qty: Amount, price: Amount): void {
    const value = notional(qty, price);
    const fee = commission(this.settings.commission_rate, value);
    this.qty = side === 'BUY' ? plus(this.qty, qty) : minus(this.qty, qty);
    this.cash = minus(side === 'BUY' ? minus(this.cash, value) : plus(this.cash, value), fee);
    this.paid = plus(this.paid, fee);
    this.turnover = plus(this.turnover, value);
    this.fills[side] += 1;
  }
}
