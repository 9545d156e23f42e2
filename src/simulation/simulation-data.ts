/** Prepares a tape once for any number of runs: when actions come, what evaluations see, and the history that benchmarks are made from. */
import type { PlacedAction } from '../market-data/placed-actions';
import type { PastAction, PriceHistory } from '../rules/benchmarks';
import type { Quote } from '../rules/price-policy';
import { pricedBars } from '../rules/held-stretches';
import type { Timeline } from '../rules/performance';
import { blocksOf } from '../rules/price-blocks';
import { type ActionStep, planActions } from './action-plan';
import type { SimulationData } from './run-loop';
import { doublesOf, priceAt } from './price-column';
import { type SignalSettings, signalOf } from './signal';
import { dayOf, type Tape } from './tape';

/** A tape with its actions and quotes, before any settings. */
export interface History {
  readonly tape: Tape;
  readonly steps: readonly ActionStep[];
  readonly quotes: readonly Quote[] | null;
  readonly prices: PriceHistory;
}

/** Throws DomainError for a dividend that the bars cannot explain. */
export function historyOf(tape: Tape, actions: readonly PlacedAction[], quotes: readonly Quote[] | null): History {
  const steps = planActions(tape, actions);
  const closes = doublesOf(tape.close);
  const prices = {
    ...pricedBars(closes, timelineOf(tape.days)),
    firstClose: priceAt(tape.close, 0),
    actionsBefore: new Map(steps.map((step) => [step.bar, pastActions(tape, step)])),
  };
  return { tape, steps, quotes, prices };
}

export function dataFor({ tape, steps, quotes, prices }: History, settings: SignalSettings): SimulationData {
  const signal = signalOf(tape, prices.closes, quotes, steps, settings);
  const seesCloses = signal.doubles === prices.closes;
  const scan = { signal: signal.doubles, blocks: seesCloses ? prices.blocks : blocksOf(signal.doubles) };
  return { tape, steps, history: prices, signal, scan };
}

/** Settings that change what an evaluation sees: runs that agree in them share their data. */
export function signalKey(history: History, settings: SignalSettings): string {
  const { allow_after_hours, price_policy, max_quote_age_minutes, max_spread_pct, max_jump_pct, halt_jump_pct } = settings;
  if (history.quotes === null) return history.tape.dated ? '' : String(allow_after_hours);
  return [allow_after_hours, price_policy, max_quote_age_minutes, max_spread_pct, max_jump_pct, halt_jump_pct].join(' ');
}

const pastActions = (tape: Tape, { bar, actions }: ActionStep): readonly PastAction[] =>
  actions.map((action) => {
    const ex_date = dayOf(tape, bar);
    return action.type === 'split'
      ? { ex_date, type: 'split', ratio: action.ratio }
      : { ex_date, type: 'dividend', amount: action.perShare };
  });

function timelineOf(days: Int32Array): Timeline {
  let count = 0;
  for (let bar = 0; bar < days.length; bar++) if (days[bar] !== days[bar + 1]) count++;
  const dayEnds = new Int32Array(count);
  let day = 0;
  for (let bar = 0; bar < days.length; bar++) if (days[bar] !== days[bar + 1]) dayEnds[day++] = bar;
  return { bars: days.length, dayEnds, calendarDays: days };
}
