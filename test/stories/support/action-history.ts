/** Histories of trades, dividends and splits, recorded in any order: what a position becomes of them, decided by the live deciders. */
import fc from 'fast-check';
import type { DueAnnouncement } from '../../../src/corporate-actions/due-announcements';
import { planPosition, shareChanges } from '../../../src/corporate-actions/position-plan';
import { schemaVersionOf } from '../../../src/contracts/catalog';
import type { PositionCommandBody, PositionEvent } from '../../../src/contracts/position';
import { type Amount, formatAmount, parseAmount, plus } from '../../../src/kernel/amount';
import { type Instant, later } from '../../../src/kernel/clock';
import { PublishedCalendar } from '../../../src/market-data/published-calendar';
import { exDateInstants } from '../../../src/market-data/ex-date';
import { awaitsCashInLieu, fractionOf } from '../../../src/rules/action-ledger';
import { cashInLieu, parseRatio, priceFactor } from '../../../src/rules/split';
import { exact, multiply, roundHalfUp, subtract } from '../../../src/kernel/exact';
import type { positionAt } from '../../../src/trading/as-of';
import { positionDecider } from '../../../src/trading/position.decider';
import type { OpenPositionState, PositionState } from '../../../src/trading/position.state';

const calendar = new PublishedCalendar();
const OPENED = '2026-06-01T15:00:00.000Z';
/** The regular close before every ex-date. */
export const CLOSE = '1000';
/** When everything is known and paid. */
export const PAID_AT = '2026-07-31T15:00:00.000Z';
const CENT = parseAmount('0.01');
type PlacedEvent = Parameters<typeof positionAt>[0][number];

export type Fact =
  | {
      readonly kind: 'fill';
      readonly id: string;
      readonly side: 'BUY' | 'SELL';
      readonly qty: string;
      readonly price: string;
      readonly at: Instant;
    }
  | { readonly kind: 'dividend'; readonly id: string; readonly ex: string; readonly amount: string; readonly pct: string }
  | { readonly kind: 'split'; readonly id: string; readonly ex: string; readonly ratio: string; readonly price: string };

export interface History {
  readonly step: string;
  readonly facts: readonly Fact[];
}

const EX_DATES = calendar.days('XNYS', '2026-06-03', '2026-06-30').map(({ date }) => date);

/** Asked of the calendar once: histories ask thousands of times. */
const INSTANTS = new Map(EX_DATES.map((ex) => [ex, exDateInstants(calendar, 'XNYS', ex)]));

export function instantsOf(ex: string) {
  const instants = INSTANTS.get(ex) ?? null;
  if (instants === null) throw new Error(`no sessions around ${ex}`);
  return instants;
}

/** Every second dividend is paid; the others stay receivable. */
export const isPaid = (id: string): boolean => Number(id.slice(1)) % 2 === 0;

/** In the middle of a session, and a millisecond around every boundary of an ex-date. */
const fillTime = fc
  .tuple(fc.constantFrom(...EX_DATES), fc.constantFrom('cutoff', 'ex_open', 'session' as const), fc.integer({ min: -1, max: 1 }))
  .map(([ex, where, ms]) => later(where === 'session' ? `${ex}T15:00:00.000Z` : instantsOf(ex)[where as 'cutoff' | 'ex_open'], ms));

const amountOf = (low: number, high: number, places: number): fc.Arbitrary<string> =>
  fc
    .integer({ min: low * 10 ** places, max: high * 10 ** places })
    .map((units) => formatAmount(((BigInt(units) * 10n ** 8n) / 10n ** BigInt(places)) as Amount));

const fills = (step: string) =>
  fc
    .uniqueArray(fillTime, { maxLength: 6 })
    .chain((times) =>
      fc.tuple(
        ...times.map((at) =>
          fc.record({
            at: fc.constant(at),
            side: fc.constantFrom('BUY' as const, 'SELL' as const),
            qty: step === '1' ? amountOf(1, 40, 0) : amountOf(1, 40, 6),
            price: amountOf(5, 300, 2),
          }),
        ),
      ),
    )
    .map((list): readonly Fact[] => list.map((fill, index) => ({ kind: 'fill', id: `f${index}`, ...fill })));

const dividends = fc
  .array(
    fc.record({
      ex: fc.constantFrom(...EX_DATES),
      amount: amountOf(0, 5, 3).filter((text) => text !== '0'),
      pct: fc.constantFrom('0', '15', '26.375'),
    }),
    { maxLength: 4 },
  )
  .map((list): readonly Fact[] => list.map((dividend, index) => ({ kind: 'dividend', id: `d${index}`, ...dividend })));

const splits = fc
  .uniqueArray(fc.constantFrom(...EX_DATES), { maxLength: 3 })
  .chain((dates) =>
    fc.tuple(
      ...dates.map((ex) =>
        fc.record({ ex: fc.constant(ex), ratio: fc.constantFrom('7:1', '2:1', '3:2', '1:3', '1:7', '4:3'), price: amountOf(5, 300, 2) }),
      ),
    ),
  )
  .map((list): readonly Fact[] => list.map((split, index) => ({ kind: 'split', id: `s${index}`, ...split })));

export const histories: fc.Arbitrary<{ readonly history: History; readonly recorded: readonly Fact[] }> = fc
  .constantFrom('1', '0.000001')
  .chain((step) => fc.tuple(fc.constant(step), fills(step), dividends, splits))
  .chain(([step, some, more, most]) => {
    const facts = [...some, ...more, ...most].sort(inTime);
    return fc.record({ history: fc.constant({ step, facts }), recorded: fc.shuffledSubarray([...facts], { minLength: facts.length }) });
  });

export const effectiveAt = (fact: Fact): string => (fact.kind === 'fill' ? fact.at : instantsOf(fact.ex).ex_open);
const rank = ({ kind }: Fact): number => ['split', 'dividend', 'fill'].indexOf(kind);
function inTime(a: Fact, b: Fact): number {
  const [one, other] = [effectiveAt(a), effectiveAt(b)];
  return one === other ? rank(a) - rank(b) : one < other ? -1 : 1;
}

interface Recorded {
  state: PositionState;
  readonly events: PlacedEvent[];
}

export interface RecordedHistory {
  readonly position: OpenPositionState;
  /** As the log has them. */
  readonly events: readonly PlacedEvent[];
}

/** The position after the facts were recorded in this order; payments follow each of them. */
export function record({ step }: History, facts: readonly Fact[]): RecordedHistory {
  const recorded: Recorded = { state: positionDecider.initialState, events: [] };
  run(recorded, opening(step), OPENED);
  const due: DueAnnouncement[] = [];
  for (const fact of facts) {
    if (fact.kind === 'fill') run(recorded, fillOf(fact, step), fact.at);
    else {
      due.push(announcementOf(fact));
      apply(recorded, due, step);
    }
    settle(recorded, facts);
  }
  return { position: openOf(recorded.state), events: recorded.events };
}

const openOf = (state: PositionState): OpenPositionState => {
  if (state.status === 'NONE') throw new Error('no position');
  return state;
};

function run(recorded: Recorded, command: PositionCommandBody, at: Instant): void {
  for (const event of positionDecider.decide(command, recorded.state, at)) {
    checkMoney(event, recorded.state);
    recorded.state = positionDecider.evolve(recorded.state, event, at);
    const { type } = event;
    const stored = { stream: 'position-1', type, schema_version: schemaVersionOf(type), data: JSON.stringify(event.data), ts: at };
    recorded.events.push({ ...stored, position: recorded.events.length + 1, recorded_at: PAID_AT });
  }
}

function apply(recorded: Recorded, due: readonly DueAnnouncement[], step: string): void {
  const state = openOf(recorded.state);
  const facts = {
    step,
    changes: shareChanges(recorded.events),
    withholding: null,
    previousClose: new Map(due.map(({ instrument_id, instants }) => [`${instrument_id}/${instants.previous_day}`, CLOSE])),
    now: PAID_AT,
  };
  for (const command of planPosition(
    state,
    [...due].sort((a, b) => (a.ex_date < b.ex_date ? -1 : 1)),
    facts,
  ))
    run(recorded, command, 'ex_open' in command.data ? command.data.ex_open : OPENED);
}

/** What an evaluation and the payment job do: fractions at the first price, accruals when they are due. */
function settle(recorded: Recorded, facts: readonly Fact[]): void {
  for (const entry of openOf(recorded.state).actions) {
    if (awaitsCashInLieu(entry)) {
      const fact = facts.find(({ id }) => id === entry.corporate_action_id);
      const price = fact?.kind === 'split' ? fact.price : CLOSE;
      run(recorded, { type: 'PayCashInLieu', data: { corporate_action_id: entry.corporate_action_id, price } }, PAID_AT);
    }
    if (entry.kind === 'dividend' && isPaid(entry.corporate_action_id)) {
      run(
        recorded,
        {
          type: 'PayDividend',
          data: { corporate_action_id: entry.corporate_action_id, paid_on: '2026-07-31', rate: null, reinvest: false },
        },
        PAID_AT,
      );
    }
  }
}

/** A payment moves what was owed and nothing else; a split is worth what was there before, to the cent. */
function checkMoney(event: PositionEvent, state: PositionState): void {
  if (event.type === 'DividendPaid' && plus(parseAmount(event.data.cash_delta), parseAmount(event.data.receivable_delta)) !== 0n) {
    throw new Error(`a payment of ${event.data.cash_delta} took ${event.data.receivable_delta} from the receivable`);
  }
  if (event.type !== 'SplitApplied' || state.status === 'NONE') return;
  const { qty_before, qty_after, ratio } = event.data;
  const price = { n: 12_345n, d: 100n };
  const after = multiply(price, priceFactor(parseRatio(ratio)));
  const inLieu = cashInLieu(fractionOf(event.data), roundHalfUp(after), CENT);
  const before = multiply(exact(parseAmount(qty_before)), price);
  const worth = subtract(before, multiply(exact(parseAmount(qty_after)), after));
  const gap = subtract(worth, exact(inLieu));
  if ((gap.n < 0n ? -gap.n : gap.n) * 100n > gap.d)
    throw new Error(`${ratio} of ${qty_before} lost value: ${qty_after} and ${formatAmount(inLieu)}`);
}

const opening = (step: string): PositionCommandBody => ({
  type: 'OpenPosition',
  data: {
    position_id: 'p1',
    portfolio_id: 'f1',
    instrument_id: 'i1',
    symbol: 'KO',
    exchange: 'XNYS',
    currency: 'USD',
    account_id: 'paper:f1',
    strategy_id: 'volatility-balancing',
    strategy_version: 1,
    lot_size: step,
    qty: '100',
    cash: '100000',
    avg_cost: '100',
    anchor_price: '100',
    anchor_from_first_price: false,
  },
});

const fillOf = ({ id, side, qty, price, at }: Extract<Fact, { kind: 'fill' }>, step: string): PositionCommandBody => ({
  type: 'BookFill',
  data: {
    order_id: id,
    trade_id: id,
    side,
    executed_qty: qty,
    executed_price: price,
    notional: formatAmount(roundHalfUp(multiply(exact(parseAmount(qty)), exact(parseAmount(price))))),
    commission: '0',
    day: at.slice(0, 10),
    order_done: true,
    order_price: price,
    step,
    limits: null,
  },
});

function announcementOf(fact: Exclude<Fact, { kind: 'fill' }>): DueAnnouncement {
  const isSplit = fact.kind === 'split';
  return {
    corporate_action_id: fact.id,
    announced_by: 'system',
    instrument_id: 'i1',
    symbol: 'KO',
    exchange: 'XNYS',
    type: isSplit ? 'SPLIT' : 'CASH_DIVIDEND',
    ex_date: fact.ex,
    sequence: 1,
    pay_date: isSplit ? null : '2026-07-31',
    amount_per_share: isSplit ? null : fact.amount,
    currency: isSplit ? null : 'USD',
    withholding_tax_pct: isSplit ? null : fact.pct,
    ratio: isSplit ? fact.ratio : null,
    note: null,
    status: 'ANNOUNCED',
    revision: 1,
    processed_revision: 0,
    source: 'manual',
    doubts: [],
    instants: instantsOf(fact.ex),
  };
}

/** What must not depend on when things became known. */
export const outcome = ({ qty, cash, dividend_receivable, anchor_price }: OpenPositionState) => ({
  qty: formatAmount(qty),
  cash: formatAmount(cash),
  receivable: formatAmount(dividend_receivable),
  anchor: anchor_price === null ? null : formatAmount(anchor_price),
});

/** The entitled holding of every dividend that was accrued. */
export const entitlements = ({ actions }: OpenPositionState): Readonly<Record<string, string>> =>
  Object.fromEntries(
    actions.flatMap((entry) => (entry.kind === 'dividend' ? [[entry.corporate_action_id, entry.qty_eligible]] : [])).sort(),
  );
