/** What a user asks to be simulated, in its full form: nothing in it is left to defaults, so that it can be hashed, stored and run again. */
import { createHash } from 'node:crypto';
import type { Exchange } from '../contracts/instrument';
import { formatAmount, parseAmount } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { type PlacedAction, placeActions } from '../market-data/placed-actions';
import { readActions } from '../market-data/recorded-actions';
import { HISTORICAL_SETTINGS_TEXT, parseSettings, type SettingsText } from '../rules/settings';
import { checkSettings, SETTING_NAMES, validateSettings } from '../rules/settings-validation';
import { FILL_MODELS, type FillModel } from './fill-model';
import type { RunTask } from './simulation-task';
import type { ParameterPoint, SweepPlan } from './sweep-plan';

export interface ActionInput {
  readonly ex_date: string;
  readonly type: string;
  readonly value: string;
  readonly pay_date?: string | null;
}

export interface PositionInput {
  readonly tape_id: string;
  readonly cash: string;
  readonly qty?: string;
  readonly stock_pct?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly actions?: readonly ActionInput[];
}

export interface RangeInput {
  readonly start?: string;
  readonly end?: string;
  readonly fill?: string;
  readonly slippage_bps?: string;
  readonly spread_bps?: string;
}

export interface PositionRequest {
  readonly tape_id: string;
  readonly tape_hash: string;
  /** As CSV: read again by whoever runs it. */
  readonly actions: string;
  readonly task: RunTask;
}

export interface SimulationRequest {
  readonly kind: 'simulation';
  readonly positions: readonly PositionRequest[];
}

export interface WalkForward {
  readonly train_days: number;
  readonly test_days: number;
}

export interface SweepRequest {
  readonly kind: 'sweep';
  readonly position: PositionRequest;
  readonly plan: SweepPlan;
  /** The figure that is to be as large as possible. */
  readonly metric: string;
  readonly walk_forward: WalkForward | null;
}

export type JobRequest = SimulationRequest | SweepRequest;

/** Throws InputError naming the field. `field` is the position's own name, such as `positions[0]`. */
export function positionRequest(input: PositionInput, range: RangeInput, tapeHash: string, preset: object, field: string): PositionRequest {
  const { tape_id, cash, qty, stock_pct, config = {}, actions = [] } = input;
  if (qty !== undefined && stock_pct !== undefined) {
    throw new InputError('simulation.start', `${field}.stock_pct`, 'left out where qty is given: a run starts with one of them', stock_pct);
  }
  const task: RunTask = {
    cash: formatAmount(parseAmount(cash, `${field}.cash`)),
    qty: formatAmount(parseAmount(qty ?? '0', `${field}.qty`)),
    stock_pct: stock_pct === undefined ? null : formatAmount(parseAmount(stock_pct, `${field}.stock_pct`)),
    settings: settingsFrom({ ...preset, ...config }),
    start: range.start ?? null,
    end: range.end ?? null,
    fill: fillOf(range.fill),
    slippage_bps: bps(range.slippage_bps, 'slippage_bps'),
    spread_bps: bps(range.spread_bps, 'spread_bps'),
  };
  const csv = actionsCsv(actions);
  readActions(csv, `${field}.actions`);
  return { tape_id, tape_hash: tapeHash, actions: csv, task };
}

/** Throws InputError naming the setting, DomainError where settings contradict each other. */
export function settingsFrom(values: object): SettingsText {
  const settings = { ...HISTORICAL_SETTINGS_TEXT, ...validateSettings(values, SETTING_NAMES), max_drift_bps: '0', slippage_bps: '0' };
  checkSettings(parseSettings(settings));
  return settings;
}

/** The task of one point of a sweep. */
export function taskAt(
  task: RunTask,
  point: ParameterPoint,
  range: { readonly start: string | null; readonly end: string | null },
): RunTask {
  return { ...task, ...range, settings: settingsFrom({ ...task.settings, ...valuesOf(point) }) };
}

/** Parameters are text; switches and counts have other types in settings. */
const valuesOf = (point: ParameterPoint): object =>
  Object.fromEntries(
    Object.entries(point).map(([name, text]) => {
      if (text === 'true' || text === 'false') return [name, text === 'true'];
      return [name, name === 'max_orders_per_day' ? Number(text) : text];
    }),
  );

/** A request's actions where its tape was traded. */
export const actionsOf = (csv: string, source: string, calendar: ExchangeCalendar, exchange: Exchange): readonly PlacedAction[] =>
  placeActions(readActions(csv, source), calendar, exchange);

const actionsCsv = (actions: readonly ActionInput[]): string =>
  [
    'ex_date,type,value,pay_date',
    ...actions.map(({ ex_date, type, value, pay_date }) => [ex_date, type, value, pay_date ?? ''].join(',')),
  ].join('\n');

function fillOf(text: string | undefined): FillModel {
  const fill = FILL_MODELS.find((model) => model === (text ?? 'close'));
  if (!fill) throw new InputError('simulation.fill', 'fill', `one of ${FILL_MODELS.join(', ')}`, text);
  return fill;
}

function bps(text: string | undefined, field: string): string {
  const amount = parseAmount(text ?? '0', field);
  if (amount < 0n || amount >= parseAmount('5000'))
    throw new InputError('simulation.bps', field, 'at least 0 and below 5000 basis points', text);
  return formatAmount(amount);
}

/** Equal for equal data, code and parameters: such runs have equal results. */
export function runHash(position: PositionRequest, task: RunTask, codeVersion: string): string {
  const { tape_hash, actions } = position;
  return createHash('sha256')
    .update(JSON.stringify([codeVersion, tape_hash, actions, task]))
    .digest('hex');
}
