import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { PortfolioView } from '../contracts/portfolio';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { portfolioProjection, portfoliosTable, portfolioView } from './portfolio.projection';

export class PagePortfolios extends Query<Page<PortfolioView>> {
  constructor(
    readonly tenantId: string,
    readonly page: PageDto,
  ) {
    super();
  }
}

@QueryHandler(PagePortfolios)
export class PagePortfoliosHandler implements IQueryHandler<PagePortfolios> {
  constructor(private readonly tables: TenantTables) {}

  execute({ tenantId, page }: PagePortfolios): Promise<Page<PortfolioView>> {
    const list = { table: portfoliosTable.name, tenantId, time: 'created_at', id: 'portfolio_id' };
    return readTablePage(this.tables, list, page, (row) => portfolioView(portfolioProjection.fromRow(row)));
  }
}
