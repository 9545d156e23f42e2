/** Settings as users send them: each refused with its name and the rule it breaks, then checked together. */
import { type Amount, type AmountText, formatAmount, parseAmount, SCALE } from '../kernel/amount';
import { DomainError, InputError } from '../kernel/errors';
import { SIZING_STRATEGY_NAMES } from './sizing';
import { BELOW_MINIMUM_ACTIONS, PRICE_POLICIES, type RuleSettings, type SettingName, type SettingsText } from './settings';

type Reader<Value> = (value: unknown, field: string) => Value;

const HUNDRED = 100n * SCALE;
const WHOLE_BPS = 10_000n * SCALE;

const amount =
  (rule: string, accepts: (value: Amount) => boolean): Reader<AmountText> =>
  (value, field) => {
    const parsed = parseAmount(value, field);
    if (!accepts(parsed)) throw new InputError('config.out_of_range', field, rule, value);
    return formatAmount(parsed);
  };

const orNull =
  <Value>(read: Reader<Value>): Reader<Value | null> =>
  (value, field) =>
    value === null ? null : read(value, field);

const oneOf =
  <Value extends string>(choices: readonly Value[]): Reader<Value> =>
  (value, field) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new InputError('config.unknown_choice', field, `one of ${choices.join(', ')}`, value);
    return choice;
  };

const yesOrNo: Reader<boolean> = (value, field) => {
  if (typeof value !== 'boolean') throw new InputError('config.not_boolean', field, 'true or false', value);
  return value;
};

const countOrNull: Reader<number | null> = (value, field) => {
  if (value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) return value;
  throw new InputError('config.not_a_count', field, 'an integer of at least 0, or null for no limit', value);
};

const percentage = amount('a percentage from 0 to 100', (value) => value >= 0n && value <= HUNDRED);
const positive = amount('above 0', (value) => value > 0n);
const notNegative = amount('at least 0', (value) => value >= 0n);

const READERS: { readonly [Name in SettingName]: Reader<SettingsText[Name]> } = {
  up_threshold_pct: amount('a percentage above 0, at most 100', (value) => value > 0n && value <= HUNDRED),
  down_threshold_pct: amount('a percentage above 0 and below 100', (value) => value > 0n && value < HUNDRED),
  order_sizing_strategy: oneOf(SIZING_STRATEGY_NAMES),
  rebalance_ratio: positive,
  target_stock_pct: orNull(percentage),
  min_stock_pct: percentage,
  max_stock_pct: percentage,
  max_trade_pct_of_position: percentage,
  max_orders_per_day: countOrNull,
  max_daily_notional: orNull(notNegative),
  short_selling: yesOrNo,
  min_qty: notNegative,
  min_notional: notNegative,
  action_below_min: oneOf(BELOW_MINIMUM_ACTIONS),
  qty_step: positive,
  allow_after_hours: yesOrNo,
  max_drift_bps: amount('from 0 to 10000 basis points', (value) => value >= 0n && value <= WHOLE_BPS),
  slippage_bps: amount('at least 0 and below 10000 basis points', (value) => value >= 0n && value < WHOLE_BPS),
  price_policy: oneOf(PRICE_POLICIES),
  max_quote_age_minutes: notNegative,
  max_spread_pct: percentage,
  max_jump_pct: percentage,
  halt_jump_pct: percentage,
  commission_rate: amount('a fraction of at least 0 and below 1 (0.0001 is one basis point)', (value) => value >= 0n && value < SCALE),
  withholding_tax_pct: percentage,
  reinvest_dividends: yesOrNo,
};

export const SETTING_NAMES = Object.keys(READERS) as readonly SettingName[];

/** What a run over recorded history can be given: reinvestment is a matter of live positions. */
export const RUN_SETTING_NAMES: readonly SettingName[] = SETTING_NAMES.filter((name) => name !== 'reinvest_dividends');

/**
 * The settings in a flat object of some of the `allowed` names, amounts in their shortest form.
 * Throws InputError naming the first field that is unknown, of the wrong kind or out of range.
 */
export function validateSettings(input: unknown, allowed: readonly SettingName[]): Partial<SettingsText> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InputError('config.not_an_object', 'settings', 'a JSON object of settings by name', input);
  }
  const settings: WritableSettings = {};
  for (const [field, value] of Object.entries(input)) {
    const name = allowed.find((candidate) => candidate === field);
    if (name === undefined) throw new InputError('config.unknown_setting', field.slice(0, 60), `one of ${allowed.join(', ')}`, field);
    read(settings, name, value);
  }
  return settings;
}

type WritableSettings = { -readonly [Name in SettingName]?: SettingsText[Name] };

function read<Name extends SettingName>(settings: WritableSettings, name: Name, value: unknown): void {
  settings[name] = READERS[name](value, name);
}

/** Rules between settings, on the values in effect together. Throws DomainError `config.<reason>` (HTTP 422). */
export function checkSettings(settings: RuleSettings): void {
  const { min_stock_pct, max_stock_pct, rebalance_ratio, target_stock_pct, max_jump_pct, halt_jump_pct } = settings;
  if (min_stock_pct > max_stock_pct) {
    refuse('stock_band', 'min_stock_pct must not exceed max_stock_pct', { min_stock_pct, max_stock_pct });
  }
  if (settings.order_sizing_strategy === 'fixed_percentage' && (rebalance_ratio <= 0n || rebalance_ratio > SCALE)) {
    refuse('rebalance_ratio', 'fixed_percentage trades a part of what is there: set rebalance_ratio above 0 and at most 1', {
      rebalance_ratio,
    });
  }
  if (target_stock_pct !== null && (target_stock_pct < 0n || target_stock_pct > HUNDRED)) {
    refuse('target_stock_pct', 'target_stock_pct must lie between 0 and 100', { target_stock_pct });
  }
  if (max_jump_pct >= halt_jump_pct) {
    refuse('jump_limits', 'max_jump_pct must be below halt_jump_pct', { max_jump_pct, halt_jump_pct });
  }
}

function refuse(reason: string, rule: string, values: Readonly<Record<string, Amount>>): never {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, formatAmount(value)]));
  const received = Object.entries(texts).map(([name, text]) => `${name} is ${text}`);
  throw new DomainError(`config.${reason}`, `${rule}; ${received.join(', ')}`, texts);
}
