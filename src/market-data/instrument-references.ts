/** The reference prices of the simulated feed, as the instruments have them. */
import { SYSTEM_TENANT } from '../kernel/context';
import type { ReferencePrice } from '../contracts/instrument';
import type { Sql } from '../platform/database/sql';
import { SYSTEM_LOG } from '../platform/event-store/event-store.port';
import { ReferencePrices } from './reference-prices.port';

export class InstrumentReferences extends ReferencePrices {
  constructor(private readonly sql: Sql) {
    super();
  }

  async reference(instrumentId: string): Promise<ReferencePrice | null> {
    const rows = await this.sql.read('SELECT state FROM instruments WHERE log = ? AND tenant_id = ? AND instrument_id = ?', [
      SYSTEM_LOG,
      SYSTEM_TENANT,
      instrumentId,
    ]);
    const state = rows[0]?.['state'];
    return typeof state === 'string' ? (JSON.parse(state) as { readonly reference: ReferencePrice | null }).reference : null;
  }
}
