import { formatAmount, ofUnits, parseAmount } from '../kernel/amount';
import { DEFAULT_SETTINGS_TEXT, HISTORICAL_SETTINGS_TEXT, parseSettings, SETTING_GROUPS, type SettingsText } from './settings';
import { checkSettings, SETTING_NAMES, validateSettings } from './settings-validation';

const validate = (input: unknown) => validateSettings(input, SETTING_NAMES);
const check = (changes: Partial<SettingsText>) => checkSettings(parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...changes }));

describe('settings', () => {
  it('have defaults that pass every rule they are held to', () => {
    for (const defaults of [DEFAULT_SETTINGS_TEXT, HISTORICAL_SETTINGS_TEXT]) {
      expect(validate(defaults)).toEqual(defaults);
      checkSettings(parseSettings(defaults));
    }
  });

  it('belong to one group each, so that every setting can be changed in one place', () => {
    expect(Object.values(SETTING_GROUPS).flat().toSorted()).toEqual([...SETTING_NAMES].toSorted());
    expect(Object.keys(DEFAULT_SETTINGS_TEXT).toSorted()).toEqual([...SETTING_NAMES].toSorted());
  });

  it('are read as exact amounts', () => {
    const text: SettingsText = { ...DEFAULT_SETTINGS_TEXT, max_daily_notional: '25000.5' };
    const settings = parseSettings(text);
    expect(settings.rebalance_ratio).toBe(parseAmount('1.6667'));
    expect(settings.max_daily_notional).toBe(parseAmount('25000.5'));
    expect(settings.target_stock_pct).toBeNull();
    for (const name of SETTING_NAMES) {
      const value: unknown = settings[name];
      expect(typeof value === 'bigint' ? formatAmount(ofUnits(value)) : value).toBe(text[name]);
    }
  });

  it('replay history without minimum, cap on one trade or daily limits', () => {
    expect(HISTORICAL_SETTINGS_TEXT).toMatchObject({ min_notional: '0', max_trade_pct_of_position: '100', max_orders_per_day: null });
  });
});

describe('settings from a user', () => {
  it('may be any part of them, and come back in their shortest form', () => {
    expect(validate({})).toEqual({});
    expect(validate({ up_threshold_pct: '2.500', target_stock_pct: null, max_orders_per_day: 0, short_selling: true })).toEqual({
      up_threshold_pct: '2.5',
      target_stock_pct: null,
      max_orders_per_day: 0,
      short_selling: true,
    });
  });

  it('are refused by name where a typing error would otherwise trade on the default', () => {
    expect(() => validateSettings({ up_treshold_pct: '2' }, SETTING_GROUPS.triggers)).toThrow(
      'up_treshold_pct must be one of up_threshold_pct, down_threshold_pct, order_sizing_strategy, rebalance_ratio, target_stock_pct',
    );
    expect(() => validateSettings({ min_qty: '1' }, SETTING_GROUPS.triggers)).toThrow('min_qty must be one of');
    expect(() => validate(JSON.parse('{"__proto__": "1"}'))).toThrow('__proto__ must be one of');
  });

  it.each([
    ['up_threshold_pct', ['0', '-1', '100.00000001', 3, null, 'NaN', '3e0', '3.123456789', '']],
    ['down_threshold_pct', ['0', '100', '-3']],
    ['rebalance_ratio', ['0', '-0.5', 1.6667]],
    ['target_stock_pct', ['-1', '101', 50]],
    ['min_stock_pct', ['-1', '101', null]],
    ['max_stock_pct', ['-0.00000001', '100.1']],
    ['max_trade_pct_of_position', ['-1', '101']],
    ['max_orders_per_day', [-1, 1.5, '5', Infinity, true]],
    ['max_daily_notional', ['-1', 1000]],
    ['short_selling', ['true', 1, null]],
    ['allow_after_hours', ['false', 0, null]],
    ['min_qty', ['-1']],
    ['min_notional', ['-1', null]],
    ['qty_step', ['0', '-1']],
    ['max_drift_bps', ['-1', '10001']],
    ['slippage_bps', ['-1', '10000']],
    ['max_quote_age_minutes', ['-1']],
    ['max_spread_pct', ['-1', '101']],
    ['max_jump_pct', ['-1', '101']],
    ['halt_jump_pct', ['-1', '101']],
    ['commission_rate', ['-0.1', '1', 0.0001]],
    ['withholding_tax_pct', ['-1', '101']],
    ['order_sizing_strategy', ['Proportional', '', null, 1]],
    ['action_below_min', ['skip', null]],
    ['price_policy', ['mid', null]],
  ] as const)('are refused where %s makes no sense, naming it', (name, values) => {
    for (const value of values) expect(() => validate({ [name]: value })).toThrow(expect.objectContaining({ kind: 'input', field: name }));
  });

  it.each([null, [], 'x', 3])('are refused where they are no object: %p', (input) => {
    expect(() => validate(input)).toThrow('settings must be a JSON object');
  });
});

describe('settings in effect together', () => {
  it.each([
    ['config.stock_band', { min_stock_pct: '60', max_stock_pct: '50' }],
    ['config.rebalance_ratio', { order_sizing_strategy: 'fixed_percentage' }],
    ['config.target_stock_pct', { target_stock_pct: '101' }],
    ['config.jump_limits', { max_jump_pct: '40' }],
  ] as const)('are refused with %s where they contradict each other', (code, changes) => {
    expect(() => check(changes)).toThrow(expect.objectContaining({ code, kind: 'rule' }));
  });

  it('may touch: an empty band, a whole part', () => {
    check({ min_stock_pct: '50', max_stock_pct: '50' });
    check({ order_sizing_strategy: 'fixed_percentage', rebalance_ratio: '1' });
  });

  it('say which values contradict each other', () => {
    expect(() => check({ min_stock_pct: '60', max_stock_pct: '50' })).toThrow('min_stock_pct is 60, max_stock_pct is 50');
  });
});
