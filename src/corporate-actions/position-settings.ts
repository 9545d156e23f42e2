/** The settings of a position that corporate actions read: step, withholding, reinvestment. */
import type { QueryBus } from '@nestjs/cqrs';
import { ExplainSettings } from '../contracts/settings';
import type { PositionLedger, WithholdingOrigin } from '../contracts/position-action';
import type { Withholding } from './position-plan';

export interface ActionSettings {
  readonly step: string;
  readonly withholding: Withholding;
  readonly reinvest: boolean;
}

export class PositionSettings {
  constructor(private readonly queries: QueryBus) {}

  async of(
    tenantId: string,
    positionId: string,
    { portfolio_id, lot_size }: Pick<PositionLedger, 'portfolio_id' | 'lot_size'>,
  ): Promise<ActionSettings> {
    const explained = await this.queries.execute(new ExplainSettings(tenantId, { position_id: positionId, portfolio_id }));
    const withholding = explained['withholding_tax_pct'];
    return {
      step: lot_size ?? String(explained['qty_step']?.value),
      withholding: { pct: String(withholding?.value ?? '0'), from: (withholding?.from ?? 'default') as WithholdingOrigin },
      reinvest: explained['reinvest_dividends']?.value === true,
    };
  }
}
