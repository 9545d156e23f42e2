/** The settings that hold for a position while its orders are worked on. */
import type { QueryBus } from '@nestjs/cqrs';
import { formatAmount } from '../kernel/amount';
import { DEFAULT_SETTINGS_TEXT, parseSettings, type RuleSettings, type SettingsText } from '../rules/settings';
import { GetEffectiveSettings, type SettingsOwner } from '../contracts/settings';
import type { PlacedOrder } from './order.decider';

export class OrderSettings {
  constructor(private readonly queries: QueryBus) {}

  async of(tenantId: string, { position_id, portfolio_id }: SettingsOwner): Promise<RuleSettings> {
    const effective = await this.queries.execute(new GetEffectiveSettings(tenantId, [{ position_id, portfolio_id }]));
    return parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...effective.get(position_id)?.overrides } as SettingsText);
  }
}

export const isManual = (order: Pick<PlacedOrder, 'strategy_id'>): boolean => order.strategy_id === 'manual';

/** The band that a fill is held against afterwards; a person's order has none. */
export const stockLimits = (order: PlacedOrder, { min_stock_pct, max_stock_pct }: RuleSettings) =>
  isManual(order) ? null : { min_stock_pct: formatAmount(min_stock_pct), max_stock_pct: formatAmount(max_stock_pct) };
