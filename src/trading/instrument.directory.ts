/** Finds instruments by symbol or id; all tenants share them. */
import { SYSTEM_TENANT } from '../kernel/context';
import type { Folded } from '../kernel/decider';
import { InputError } from '../kernel/errors';
import type { Exchange, InstrumentView } from '../contracts/instrument';
import type { Sql } from '../platform/database/sql';
import { SYSTEM_LOG } from '../platform/event-store/event-store.port';
import type { InstrumentState } from './instrument.decider';
import { instrumentProjection, instrumentView } from './instrument.projection';

export class InstrumentDirectory {
  constructor(private readonly sql: Sql) {}

  async all(): Promise<readonly InstrumentView[]> {
    const rows = await this.sql.read('SELECT * FROM instruments WHERE log = ? AND tenant_id = ? ORDER BY symbol, exchange', [
      SYSTEM_LOG,
      SYSTEM_TENANT,
    ]);
    return rows.map((row) => instrumentView(instrumentProjection.fromRow(row) as Folded<InstrumentState>));
  }

  /** Throws InputError where the symbol is unknown, or traded on several exchanges and none is named. */
  async bySymbol(symbol: string, exchange: Exchange | null): Promise<InstrumentView> {
    const rows = await this.sql.read('SELECT * FROM instruments WHERE log = ? AND tenant_id = ? AND symbol = ? ORDER BY exchange', [
      SYSTEM_LOG,
      SYSTEM_TENANT,
      symbol,
    ]);
    const found = rows
      .map((row) => instrumentView(instrumentProjection.fromRow(row) as Folded<InstrumentState>))
      .filter((instrument) => exchange === null || instrument.exchange === exchange);
    const [only, another] = found;
    if (!only) {
      throw new InputError(
        'instrument.unknown',
        'symbol',
        'an instrument that exists (GET /v1/instruments lists them, POST adds one)',
        symbol,
      );
    }
    if (another) {
      const exchanges = found.map((instrument) => instrument.exchange).join(', ');
      throw new InputError('instrument.ambiguous', 'exchange', `given for ${symbol}: one of ${exchanges}`, exchange ?? undefined);
    }
    return only;
  }
}
