/** What a history comes to, told once from front to back with plain arithmetic: no ledger, no corrections, nothing of the product's rules. */
import { type Amount, type AmountText, formatAmount, minus, negate, parseAmount, plus, SCALE, ZERO } from '../../../src/kernel/amount';
import { cutToStep, type Exact, exact, multiply, percent, roundHalfEven, roundHalfUp } from '../../../src/kernel/exact';
import { CLOSE, type Fact, type History, instantsOf, isPaid, PAID_AT } from './action-history';

type Dividend = Extract<Fact, { kind: 'dividend' }>;
type Split = Extract<Fact, { kind: 'split' }>;
const CENT = parseAmount('0.01');

interface Told {
  qty: Amount;
  cash: Amount;
  receivable: Amount;
  anchor: Amount;
  /** Of each dividend, the holding at its cutoff. */
  readonly held: Map<string, Amount>;
  readonly net: Map<string, Amount>;
  /** Of each split, what was cut off. */
  readonly fractions: Map<string, Exact>;
  readonly entitled: Map<string, AmountText>;
}

/** By instant; at one instant the rights of before it are fixed first, then splits, then dividends, and last what is traded and paid. */
type Step = readonly [at: string, rank: number, tell: (told: Told) => void];

/** What had happened until then, that instant included. */
export function toldFromFrontToBack({ step, facts }: History, until: string) {
  const told: Told = {
    qty: parseAmount('100'),
    cash: parseAmount('100000'),
    receivable: ZERO,
    anchor: parseAmount('100'),
    held: new Map(),
    net: new Map(),
    fractions: new Map(),
    entitled: new Map(),
  };
  const steps = facts.flatMap((fact): readonly Step[] => stepsOf(fact, facts, parseAmount(step)));
  const happened = steps.filter(([at]) => at <= until).toSorted(([a, i], [b, j]) => (a === b ? i - j : a < b ? -1 : 1));
  for (const [, , tell] of happened) tell(told);
  const { qty, cash, receivable, anchor, entitled } = told;
  return {
    outcome: { qty: formatAmount(qty), cash: formatAmount(cash), receivable: formatAmount(receivable), anchor: formatAmount(anchor) },
    entitled: Object.fromEntries([...entitled].sort()),
  };
}

function stepsOf(fact: Fact, facts: readonly Fact[], step: Amount): readonly Step[] {
  if (fact.kind === 'fill') return [[fact.at, 3, (told) => trade(told, fact)]];
  const { cutoff, ex_open } = instantsOf(fact.ex);
  if (fact.kind === 'split') {
    return [
      [ex_open, 1, (told) => split(told, fact, step)],
      [PAID_AT, 4, (told) => payFraction(told, fact)],
    ];
  }
  const sameDate = facts.filter(({ kind, ...of }) => kind !== 'fill' && 'ex' in of && of.ex === fact.ex);
  const splits = sameDate.filter((of): of is Split => of.kind === 'split');
  const dividends = sameDate.filter((of): of is Dividend => of.kind === 'dividend');
  return [
    [cutoff, 0, (told) => void told.held.set(fact.id, told.qty)],
    [ex_open, 2, (told) => accrue(told, fact, splits, step)],
    ...(isPaid(fact.id) ? [[PAID_AT, 4, (told: Told) => pay(told, fact)] as const] : []),
    ...(dividends[0] === fact ? [[ex_open, 2, (told: Told) => lower(told, dividends, splits)] as const] : []),
  ];
}

function trade(told: Told, { side, qty, price }: Extract<Fact, { kind: 'fill' }>): void {
  const notional = roundHalfUp(multiply(exact(parseAmount(qty)), exact(parseAmount(price))));
  const signed = side === 'BUY' ? parseAmount(qty) : negate(parseAmount(qty));
  told.qty = plus(told.qty, signed);
  told.cash = plus(told.cash, side === 'BUY' ? negate(notional) : notional);
  told.anchor = parseAmount(price);
}

function numbersOf({ ratio }: Split): readonly [bigint, bigint] {
  const [fresh = '', old = ''] = ratio.split(':');
  return [BigInt(fresh), BigInt(old)];
}

function shares(qty: Amount, of: Split, step: Amount): readonly [whole: Amount, fraction: Exact] {
  const [fresh, old] = numbersOf(of);
  const whole = cutToStep({ n: qty * fresh, d: SCALE * old }, step);
  return [whole, { n: qty * fresh - whole * old, d: SCALE * old }];
}

function split(told: Told, of: Split, step: Amount): void {
  const [fresh, old] = numbersOf(of);
  const [whole, fraction] = shares(told.qty, of, step);
  told.qty = whole;
  told.fractions.set(of.id, fraction);
  told.anchor = roundHalfEven({ n: told.anchor * old, d: SCALE * fresh });
}

function accrue(told: Told, { id, amount, pct }: Dividend, splits: readonly Split[], step: Amount): void {
  const eligible = splits.reduce((qty, of) => shares(qty, of, step)[0], told.held.get(id) ?? ZERO);
  const gross = roundHalfUp(multiply(exact(eligible), exact(parseAmount(amount))), CENT);
  const tax = gross <= ZERO ? ZERO : roundHalfUp(multiply(exact(gross), percent(parseAmount(pct))), CENT);
  told.entitled.set(id, formatAmount(eligible));
  told.net.set(id, minus(gross, tax));
  told.receivable = plus(told.receivable, minus(gross, tax));
}

function pay(told: Told, { id }: Dividend): void {
  const net = told.net.get(id) ?? ZERO;
  told.receivable = minus(told.receivable, net);
  told.cash = plus(told.cash, net);
}

function payFraction(told: Told, { id, price }: Split): void {
  const fraction = told.fractions.get(id) ?? { n: 0n, d: 1n };
  told.cash = plus(told.cash, roundHalfUp(multiply(fraction, exact(parseAmount(price))), CENT));
}

/** `A·(P − ΣD)/P`, P the close before at the level of the date's new shares. */
function lower(told: Told, dividends: readonly Dividend[], splits: readonly Split[]): void {
  const sum = dividends.reduce((total, { amount }) => plus(total, parseAmount(amount)), ZERO);
  const [p, d] = splits.map(numbersOf).reduce(([n, m], [fresh, old]) => [n * old, m * fresh], [parseAmount(CLOSE) as bigint, 1n]);
  told.anchor = roundHalfEven({ n: told.anchor * (p - sum * d), d: SCALE * p });
}
