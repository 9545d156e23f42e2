/** Dividends of one position: accrued on the ex-date, paid once, corrected by events when the past turns out otherwise. */
import { type Amount, formatAmount, formatOptional, minus, negate, parseAmount, plus, ZERO } from '../kernel/amount';
import { DomainError } from '../kernel/errors';
import { exact, multiply, roundHalfUp } from '../kernel/exact';
import { type ActionEntry, type DividendEntry, isDividendInForce, type PaidDividend, settled, withEntry } from '../rules/action-ledger';
import { anchorToday, exceedPreviousClose } from '../rules/action-prices';
import { minorUnitOf } from '../rules/minor-unit';
import type { AdjustmentReason, DividendEventData, PositionActionCommand, PositionActionEvent } from '../contracts/position-action';
import { anchorOr } from './position.anchor';
import { dividendOf } from './position.action-entry';
import type { OpenPositionState } from './position.state';

type Data<Type extends PositionActionCommand['type']> = Extract<PositionActionCommand, { type: Type }>['data'];

export const findDividend = (state: OpenPositionState, id: string): DividendEntry | null => {
  const entry = state.actions.find(({ corporate_action_id }) => corporate_action_id === id);
  return entry?.kind === 'dividend' ? entry : null;
};

/** True where this announcement, in this revision, was applied before. */
export const isApplied = (state: OpenPositionState, { corporate_action_id: id, announced_by, revision }: KeyOfRevision): boolean =>
  state.actions.some((entry) => entry.corporate_action_id === id && entry.announced_by === announced_by && entry.revision === revision);

type KeyOfRevision = Pick<ActionEntry, 'corporate_action_id' | 'announced_by' | 'revision'>;

/** Throws DomainError `dividend.exceeds_price` where the dividends of the date are as much as the price before it. */
export function accrueDividend(state: OpenPositionState, data: Data<'AccrueDividend'>): readonly PositionActionEvent[] {
  const events = accruedDividend(state, data);
  for (const { data: accrued } of events) refuseExcess(state, accrued, withEntry(state.actions, dividendOf(accrued)));
  return events;
}

/** What it comes to, whatever its amount. */
export function accruedDividend(
  state: OpenPositionState,
  { withholding_from, step, ...data }: Data<'AccrueDividend'>,
): readonly Extract<PositionActionEvent, { readonly type: 'DividendAccrued' }>[] {
  if (state.actions.some(({ corporate_action_id }) => corporate_action_id === data.corporate_action_id)) return [];
  const foreign = data.currency !== state.currency;
  const empty = { qty_eligible: '0', gross: '0', withholding: '0', net: '0', paid: null, reinvest: 'NO' as const, reversed: false };
  const entry = settled(dividendOf({ kind: 'dividend', ...data, ...empty, foreign }), state.actions, parseAmount(step));
  const actions = withEntry(state.actions, entry);
  const effect = effectOf(state, actions, { receivable: foreign ? ZERO : parseAmount(entry.net), cash: ZERO, paid: null, before: null });
  return [{ type: 'DividendAccrued', data: { ...dividendOf(entry), ...effect, withholding_from, note: noteOf(entry) } }];
}

function refuseExcess(state: OpenPositionState, entry: DividendEntry, actions: readonly ActionEntry[]): void {
  const { ex_date, amount_per_share, previous_close } = entry;
  const base = state.anchor_base;
  if (!exceedPreviousClose(ex_date, actions) && (base === null || anchorToday(base, actions) !== null)) return;
  throw new DomainError(
    'dividend.exceeds_price',
    `The dividends of ${ex_date} (${amount_per_share} and what else goes ex on that day) are not below the price before it (${previous_close ?? 'unknown'}); amend or cancel the announcement`,
    { ex_date, amount_per_share, previous_close },
  );
}

function noteOf({ foreign, currency, previous_close }: DividendEntry): string | null {
  if (foreign) return `in ${currency}: the anchor stays, and the payment waits for a rate`;
  return previous_close === null ? 'no regular close before the ex-date is known: the anchor was lowered by the amount itself' : null;
}

/** The terms have changed, or the announcement is back: what was accrued or paid is corrected by the difference. */
export function amendDividend(state: OpenPositionState, data: Data<'AmendDividend'>): readonly PositionActionEvent[] {
  const events = amendedDividend(state, data);
  for (const { data: amended } of events) refuseExcess(state, amended, withEntry(state.actions, dividendOf(amended)));
  return events;
}

/** What the difference is, whatever the amount. */
export function amendedDividend(
  state: OpenPositionState,
  { step, ...data }: Data<'AmendDividend'>,
): readonly Extract<PositionActionEvent, { readonly type: 'DividendAdjusted' }>[] {
  const former = findDividend(state, data.corporate_action_id);
  if (former === null || isApplied(state, data)) return [];
  const changed = { ...former, ...data, foreign: data.currency !== state.currency, reversed: false };
  return [adjusted(state, former, settled(changed, state.actions, parseAmount(step)), 'AMENDED')];
}

export function reverseDividend(state: OpenPositionState, data: Data<'ReverseDividend'>): readonly PositionActionEvent[] {
  const former = findDividend(state, data.corporate_action_id);
  if (former === null || former.reversed) return [];
  const { announced_by, revision } = data;
  const entry = settled({ ...former, announced_by, revision, reversed: true }, state.actions, parseAmount(data.step));
  return [{ type: 'DividendReversed', data: { ...correction(state, former, entry), reason: data.reason } }];
}

export const adjusted = (
  state: OpenPositionState,
  former: DividendEntry,
  entry: DividendEntry,
  reason: AdjustmentReason,
): Extract<PositionActionEvent, { readonly type: 'DividendAdjusted' }> => ({
  type: 'DividendAdjusted',
  data: { ...correction(state, former, entry), reason },
});

/** What was not paid yet moves the receivable, what was paid moves cash: below zero too, since it happened. */
function correction(state: OpenPositionState, former: DividendEntry, changed: DividendEntry): DividendEventData {
  const paid = former.paid && paidFrom(changed, former.paid.on, rateBetween(former.paid, changed), state.currency);
  const entry = { ...changed, paid };
  const owed = ({ foreign, net, paid: isPaid }: DividendEntry): Amount => (foreign || isPaid ? ZERO : parseAmount(net));
  const cash = paid && former.paid ? minus(parseAmount(paid.net), parseAmount(former.paid.net)) : ZERO;
  const receivable = minus(owed(entry), owed(former));
  return { ...dividendOf(entry), ...effectOf(state, withEntry(state.actions, entry), { receivable, cash, paid, before: former.paid }) };
}

/** A payment keeps its rate; one whose currency was corrected after it was paid at par of its own. */
const rateBetween = (paid: PaidDividend, { foreign }: DividendEntry): string | null => (foreign ? (paid.rate ?? '1') : null);

/** Throws DomainError `dividend.rate_needed` where the dividend is in another currency and no rate is stated: it is never 1:1. */
export function payDividend(state: OpenPositionState, data: Data<'PayDividend'>): readonly PositionActionEvent[] {
  const former = findDividend(state, data.corporate_action_id);
  if (former === null) throw new DomainError('dividend.not_accrued', 'Nothing was accrued of this dividend; process its ex-date first');
  if (!isDividendInForce(former) || former.paid !== null || parseAmount(former.net) === ZERO) return [];
  if (former.foreign && data.rate === null) {
    throw new DomainError(
      'dividend.rate_needed',
      `The dividend is in ${former.currency}, the position in ${state.currency}; state the rate of the pay date (fx_rate)`,
      { currency: former.currency, position_currency: state.currency },
    );
  }
  const paid = paidFrom(former, data.paid_on, former.foreign ? data.rate : null, state.currency);
  const reinvest = data.reinvest && parseAmount(paid.net) > ZERO && state.status !== 'CLOSED' ? ('WAITING' as const) : ('NO' as const);
  const entry = { ...former, paid, reinvest };
  const receivable = former.foreign ? ZERO : negate(parseAmount(former.net));
  const effect = effectOf(state, withEntry(state.actions, entry), { receivable, cash: parseAmount(paid.net), paid, before: null });
  return [{ type: 'DividendPaid', data: { ...dividendOf(entry), ...effect, currency_paid: state.currency, reason: 'DIVIDEND' } }];
}

/** The dividend's amounts in the currency of the position, half-up to its minor unit. */
function paidFrom({ gross, withholding, net }: DividendEntry, on: string, rate: string | null, currency: string): PaidDividend {
  if (rate === null) return { on, rate, gross, withholding, net };
  const converted = (text: string): Amount =>
    roundHalfUp(multiply(exact(parseAmount(text)), exact(parseAmount(rate, 'fx_rate'))), minorUnitOf(currency));
  const [inGross, inWithheld] = [converted(gross), converted(withholding)];
  return { on, rate, gross: formatAmount(inGross), withholding: formatAmount(inWithheld), net: formatAmount(minus(inGross, inWithheld)) };
}

export function reinvestDividend(state: OpenPositionState, data: Data<'ReinvestDividend'>): readonly PositionActionEvent[] {
  const former = findDividend(state, data.corporate_action_id);
  if (former?.reinvest !== 'WAITING') {
    throw new DomainError('dividend.reinvested', 'The payment is reinvested already, or was not meant to be; nothing was ordered');
  }
  return [{ type: 'DividendReinvested', data: { ...former, reinvest: 'DONE', qty: data.qty } }];
}

interface Money {
  readonly receivable: Amount;
  readonly cash: Amount;
  readonly paid: PaidDividend | null;
  readonly before: PaidDividend | null;
}

/** What the position is after the event: the event alone explains a statement. */
function effectOf(state: OpenPositionState, actions: readonly ActionEntry[], { receivable, cash, paid, before }: Money) {
  const total = (sum: Amount, field: 'gross' | 'withholding' | 'net'): string =>
    formatAmount(minus(plus(sum, parseAmount(paid?.[field] ?? '0')), parseAmount(before?.[field] ?? '0')));
  return {
    cash_account: state.cash_account,
    cash_delta: formatAmount(cash),
    cash: formatAmount(plus(state.cash, cash)),
    receivable_delta: formatAmount(receivable),
    dividend_receivable: formatAmount(plus(state.dividend_receivable, receivable)),
    total_dividends_gross: total(state.total_dividends_gross, 'gross'),
    total_dividends_withheld: total(state.total_dividends_withheld, 'withholding'),
    total_dividends_net: total(state.total_dividends_net, 'net'),
    anchor_price: formatOptional(anchorOr(state.anchor_base, actions, state.anchor_price)),
    former_anchor_price: formatOptional(state.anchor_price),
    resolves_halt: resolvesHalt(state),
  };
}

/** The quote gate judges the next price again, by what it remembers restated: where the action explains nothing, it halts again. */
export const resolvesHalt = ({ status, halt_reason }: OpenPositionState): boolean =>
  status === 'HALTED' && (halt_reason?.startsWith('PRICE_JUMP') ?? false);
