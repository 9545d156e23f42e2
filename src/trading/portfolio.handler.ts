import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NotFoundError } from '../kernel/errors';
import { Ids } from '../kernel/ids';
import { OpenPortfolio, type PortfolioView, RenamePortfolio } from '../contracts/portfolio';
import { StreamRunner } from '../platform/streams/stream-runner';
import type { PortfolioCommand, PortfolioState } from './portfolio.decider';
import { portfolioView } from './portfolio.projection';

@CommandHandler(OpenPortfolio)
export class OpenPortfolioHandler implements ICommandHandler<OpenPortfolio> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly ids: Ids,
  ) {}

  async execute({ context, terms }: OpenPortfolio): Promise<PortfolioView> {
    const portfolioId = this.ids.next();
    const stream = `portfolio-${portfolioId}`;
    const account = `paper:${portfolioId}`;
    const command: PortfolioCommand = { type: 'OpenPortfolio', data: { ...terms, portfolio_id: portfolioId, account_id: account } };
    const result = await this.streams.run(context, [{ stream, command }], {
      respond: (state) => portfolioView(state<PortfolioState>(stream)),
    });
    return portfolioView(result.state<PortfolioState>(stream));
  }
}

@CommandHandler(RenamePortfolio)
export class RenamePortfolioHandler implements ICommandHandler<RenamePortfolio> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ context, portfolioId, name }: RenamePortfolio): Promise<PortfolioView> {
    const stream = `portfolio-${portfolioId}`;
    if (!(await this.streams.load(context.tenantId, stream))) throw new NotFoundError('portfolio');
    const command: PortfolioCommand = { type: 'RenamePortfolio', data: { name } };
    const result = await this.streams.run(context, [{ stream, command }], {
      respond: (state) => portfolioView(state<PortfolioState>(stream)),
    });
    return portfolioView(result.state<PortfolioState>(stream));
  }
}
