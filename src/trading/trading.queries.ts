/** Every question that only HTTP asks of trading: for the module to offer. */
import { PageInstrumentsHandler } from './instrument.queries';
import { GetPortfolioHandler } from './portfolio-holdings.queries';
import { PagePortfoliosHandler } from './portfolio.queries';
import { GetPositionAsOfHandler, PagePositionsHandler } from './position.queries';

export const tradingQueryHandlers = [
  PageInstrumentsHandler,
  PagePortfoliosHandler,
  GetPortfolioHandler,
  PagePositionsHandler,
  GetPositionAsOfHandler,
] as const;
