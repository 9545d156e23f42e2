import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SYSTEM_TENANT } from '../kernel/context';
import type { Exchange, InstrumentView } from '../contracts/instrument';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { instrumentProjection, instrumentsTable, instrumentView } from './instrument.projection';

export class PageInstruments extends Query<Page<InstrumentView>> {
  constructor(
    readonly filter: { readonly symbol?: string; readonly exchange?: Exchange },
    readonly page: PageDto,
  ) {
    super();
  }
}

/** Instruments of everybody, oldest first. */
@QueryHandler(PageInstruments)
export class PageInstrumentsHandler implements IQueryHandler<PageInstruments> {
  constructor(private readonly tables: TenantTables) {}

  execute({ filter: { symbol, exchange }, page }: PageInstruments): Promise<Page<InstrumentView>> {
    const list = {
      table: instrumentsTable.name,
      tenantId: SYSTEM_TENANT,
      time: 'created_at',
      id: 'instrument_id',
      equal: { symbol, exchange },
    };
    return readTablePage(this.tables, list, page, (row) => instrumentView(instrumentProjection.fromRow(row)));
  }
}
