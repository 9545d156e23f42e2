/** Settings for the API document. What a value may be is decided in one place, where settings are validated: every name optional. */
import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { SettingOrigin, SettingScope, SettingsView } from '../contracts/settings';
import type { SettingValues } from '../contracts/evaluation';
import { ChoiceField, CountField, TextField } from '../platform/http/answer.decorators';
import { BELOW_MINIMUM_ACTIONS, DEFAULT_SETTINGS_TEXT, PRICE_POLICIES, SETTING_GROUPS, type SettingName } from '../rules/settings';
import { SIZING_STRATEGY_NAMES } from '../rules/sizing';

const ApiAmountSetting = (name: SettingName, nullable = false): PropertyDecorator =>
  ApiPropertyOptional({ type: String, nullable, default: DEFAULT_SETTINGS_TEXT[name], example: DEFAULT_SETTINGS_TEXT[name] ?? '1000' });

const ApiChoiceSetting = (name: SettingName, choices: readonly string[]): PropertyDecorator =>
  ApiPropertyOptional({ type: String, enum: choices, default: DEFAULT_SETTINGS_TEXT[name] });

const ApiSwitch = (name: SettingName): PropertyDecorator => ApiPropertyOptional({ type: Boolean, default: DEFAULT_SETTINGS_TEXT[name] });

export class TriggersDto {
  @ApiAmountSetting('up_threshold_pct') readonly up_threshold_pct?: string;
  @ApiAmountSetting('down_threshold_pct') readonly down_threshold_pct?: string;
  @ApiChoiceSetting('order_sizing_strategy', SIZING_STRATEGY_NAMES) readonly order_sizing_strategy?: string;
  @ApiAmountSetting('rebalance_ratio') readonly rebalance_ratio?: string;
  @ApiAmountSetting('target_stock_pct', true) readonly target_stock_pct?: string | null;
}

export class GuardrailsDto {
  @ApiAmountSetting('min_stock_pct') readonly min_stock_pct?: string;
  @ApiAmountSetting('max_stock_pct') readonly max_stock_pct?: string;
  @ApiAmountSetting('max_trade_pct_of_position') readonly max_trade_pct_of_position?: string;
  @ApiPropertyOptional({ type: 'integer', minimum: 0, nullable: true, default: DEFAULT_SETTINGS_TEXT.max_orders_per_day })
  readonly max_orders_per_day?: number | null;
  @ApiAmountSetting('max_daily_notional', true) readonly max_daily_notional?: string | null;
  @ApiSwitch('short_selling') readonly short_selling?: boolean;
}

export class OrderPolicyDto {
  @ApiAmountSetting('min_qty') readonly min_qty?: string;
  @ApiAmountSetting('min_notional') readonly min_notional?: string;
  @ApiChoiceSetting('action_below_min', BELOW_MINIMUM_ACTIONS) readonly action_below_min?: string;
  @ApiAmountSetting('qty_step') readonly qty_step?: string;
  @ApiSwitch('allow_after_hours') readonly allow_after_hours?: boolean;
  @ApiAmountSetting('max_drift_bps') readonly max_drift_bps?: string;
  @ApiAmountSetting('slippage_bps') readonly slippage_bps?: string;
}

export class PricePolicyDto {
  @ApiChoiceSetting('price_policy', PRICE_POLICIES) readonly price_policy?: string;
  @ApiAmountSetting('max_quote_age_minutes') readonly max_quote_age_minutes?: string;
  @ApiAmountSetting('max_spread_pct') readonly max_spread_pct?: string;
  @ApiAmountSetting('max_jump_pct') readonly max_jump_pct?: string;
  @ApiAmountSetting('halt_jump_pct') readonly halt_jump_pct?: string;
}

export class CommissionRatesDto {
  @ApiAmountSetting('commission_rate') readonly commission_rate?: string;
}

export class DividendsDto {
  @ApiAmountSetting('withholding_tax_pct') readonly withholding_tax_pct?: string;
  @ApiSwitch('reinvest_dividends') readonly reinvest_dividends?: boolean;
}

/** One per group, in the order of the groups. */
export const GROUP_DTOS = [TriggersDto, GuardrailsDto, OrderPolicyDto, PricePolicyDto, CommissionRatesDto, DividendsDto] as const;
export const GROUP_NAMES = Object.keys(SETTING_GROUPS);
/** Any of them: no values at all is right for every group. */
export const GROUP_SCHEMA = { anyOf: GROUP_DTOS.map((dto) => ({ $ref: getSchemaPath(dto) })) };

const SCOPES: readonly SettingScope[] = ['global', 'tenant', 'portfolio', 'position'];

export class SettingsDto implements SettingsView {
  @ChoiceField(SCOPES) readonly scope!: SettingScope;
  @TextField() readonly scope_id!: string;
  @ChoiceField(GROUP_NAMES) readonly group!: string;
  /** The scope's own values; a name that is missing is left to the wider scopes. */
  @ApiProperty(GROUP_SCHEMA) readonly values!: SettingValues;
  @CountField({ description: 'Changes of this scope so far' }) readonly version!: number;
}

export class SettingOriginDto implements SettingOrigin {
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'integer' }, { type: 'boolean' }], nullable: true })
  readonly value!: SettingOrigin['value'];
  @ChoiceField([...SCOPES, 'default']) readonly from!: SettingOrigin['from'];
}

/** By name of the setting. */
export const EFFECTIVE_SCHEMA = {
  type: 'object',
  additionalProperties: { $ref: getSchemaPath(SettingOriginDto) },
} as const;
