import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { NotFoundError } from '../kernel/errors';
import type { PortfolioView } from '../contracts/portfolio';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { StreamRunner } from '../platform/streams/stream-runner';
import type { PortfolioState } from './portfolio.decider';
import { portfolioProjection, portfoliosTable, portfolioView } from './portfolio.projection';

export class PagePortfolios extends Query<Page<PortfolioView>> {
  constructor(
    readonly tenantId: string,
    readonly page: PageDto,
  ) {
    super();
  }
}

/** Throws NotFoundError for unknown and foreign portfolios. */
export class GetPortfolio extends Query<PortfolioView> {
  constructor(
    readonly tenantId: string,
    readonly portfolioId: string,
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

@QueryHandler(GetPortfolio)
export class GetPortfolioHandler implements IQueryHandler<GetPortfolio> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ tenantId, portfolioId }: GetPortfolio): Promise<PortfolioView> {
    const folded = await this.streams.load<PortfolioState>(tenantId, `portfolio-${portfolioId}`);
    if (!folded) throw new NotFoundError('portfolio');
    return portfolioView(folded);
  }
}
