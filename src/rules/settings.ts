/** Every number and switch that the rules read, under the names that users set. */
import { type Amount, type AmountText, parseAmount } from '../kernel/amount';
import type { BelowMinimumAction } from './order-policy';
import type { SizingStrategyName } from './sizing';

export const PRICE_POLICIES = ['MID', 'LAST', 'BID', 'ASK'] as const;
export const BELOW_MINIMUM_ACTIONS: readonly BelowMinimumAction[] = ['hold', 'reject', 'clip'];

/** `*_pct` are percent, `*_rate` fractions, `*_bps` basis points; money is in the position's currency. */
interface Settings<Value> {
  readonly up_threshold_pct: Value;
  readonly down_threshold_pct: Value;
  readonly order_sizing_strategy: SizingStrategyName;
  readonly rebalance_ratio: Value;
  /** Read by `target_allocation`; null is the middle of the band. */
  readonly target_stock_pct: Value | null;
  readonly min_stock_pct: Value;
  readonly max_stock_pct: Value;
  readonly max_trade_pct_of_position: Value;
  /** Per exchange-local day, null is no limit. */
  readonly max_orders_per_day: number | null;
  readonly max_daily_notional: Value | null;
  readonly short_selling: boolean;
  readonly min_qty: Value;
  readonly min_notional: Value;
  readonly action_below_min: BelowMinimumAction;
  /** Where the instrument has no lot size. */
  readonly qty_step: Value;
  readonly allow_after_hours: boolean;
  readonly max_drift_bps: Value;
  readonly slippage_bps: Value;
  readonly price_policy: (typeof PRICE_POLICIES)[number];
  readonly max_quote_age_minutes: Value;
  readonly max_spread_pct: Value;
  readonly max_jump_pct: Value;
  readonly halt_jump_pct: Value;
  readonly commission_rate: Value;
  readonly withholding_tax_pct: Value;
  /** A dividend's net payment buys shares at the next price of a regular session. */
  readonly reinvest_dividends: boolean;
}

/** As the rules read them. */
export type RuleSettings = Settings<Amount>;
/** As they travel and are stored: amounts as decimal strings. */
export type SettingsText = Settings<AmountText>;
export type SettingName = keyof SettingsText;

export const DEFAULT_SETTINGS_TEXT: SettingsText = Object.freeze({
  up_threshold_pct: '3',
  down_threshold_pct: '3',
  order_sizing_strategy: 'proportional',
  rebalance_ratio: '1.6667',
  target_stock_pct: null,
  min_stock_pct: '25',
  max_stock_pct: '75',
  max_trade_pct_of_position: '50',
  max_orders_per_day: 5,
  max_daily_notional: null,
  short_selling: false,
  min_qty: '0',
  min_notional: '100',
  action_below_min: 'hold',
  qty_step: '0.000001',
  allow_after_hours: false,
  max_drift_bps: '20',
  slippage_bps: '0',
  price_policy: 'MID',
  max_quote_age_minutes: '15',
  max_spread_pct: '5',
  max_jump_pct: '25',
  halt_jump_pct: '40',
  commission_rate: '0.0001',
  withholding_tax_pct: '0',
  reinvest_dividends: false,
});

/** The defaults of replays and simulations: no minimum, no cap on one trade, no daily limits. */
export const HISTORICAL_SETTINGS_TEXT: SettingsText = Object.freeze({
  ...DEFAULT_SETTINGS_TEXT,
  min_notional: '0',
  max_trade_pct_of_position: '100',
  max_orders_per_day: null,
  max_daily_notional: null,
});

/** Which settings are read and written together. */
export const SETTING_GROUPS = Object.freeze({
  triggers: ['up_threshold_pct', 'down_threshold_pct', 'order_sizing_strategy', 'rebalance_ratio', 'target_stock_pct'],
  guardrails: ['min_stock_pct', 'max_stock_pct', 'max_trade_pct_of_position', 'max_orders_per_day', 'max_daily_notional', 'short_selling'],
  'order-policy': ['min_qty', 'min_notional', 'action_below_min', 'qty_step', 'allow_after_hours', 'max_drift_bps', 'slippage_bps'],
  'price-policy': ['price_policy', 'max_quote_age_minutes', 'max_spread_pct', 'max_jump_pct', 'halt_jump_pct'],
  'commission-rates': ['commission_rate'],
  dividends: ['withholding_tax_pct', 'reinvest_dividends'],
}) satisfies Readonly<Record<string, readonly SettingName[]>>;

export type SettingGroup = keyof typeof SETTING_GROUPS;

/** Reads settings that passed `validateSettings`. Throws InputError naming the first amount that is not one. */
export function parseSettings(text: SettingsText): RuleSettings {
  const amount = (name: SettingName): Amount => parseAmount(text[name], name);
  const optional = (name: SettingName): Amount | null => (text[name] === null ? null : amount(name));
  return {
    ...text,
    up_threshold_pct: amount('up_threshold_pct'),
    down_threshold_pct: amount('down_threshold_pct'),
    rebalance_ratio: amount('rebalance_ratio'),
    target_stock_pct: optional('target_stock_pct'),
    min_stock_pct: amount('min_stock_pct'),
    max_stock_pct: amount('max_stock_pct'),
    max_trade_pct_of_position: amount('max_trade_pct_of_position'),
    max_daily_notional: optional('max_daily_notional'),
    min_qty: amount('min_qty'),
    min_notional: amount('min_notional'),
    qty_step: amount('qty_step'),
    max_drift_bps: amount('max_drift_bps'),
    slippage_bps: amount('slippage_bps'),
    max_quote_age_minutes: amount('max_quote_age_minutes'),
    max_spread_pct: amount('max_spread_pct'),
    max_jump_pct: amount('max_jump_pct'),
    halt_jump_pct: amount('halt_jump_pct'),
    commission_rate: amount('commission_rate'),
    withholding_tax_pct: amount('withholding_tax_pct'),
  };
}
