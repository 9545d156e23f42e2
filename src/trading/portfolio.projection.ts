/** Portfolios as a read table. */
import type { Folded } from '../kernel/decider';
import type { PortfolioView } from '../contracts/portfolio';
import { fromRowColumns, readTable, type StateProjection } from '../platform/projections/projection';
import { portfolioDecider, type PortfolioState } from './portfolio.decider';

export const portfoliosTable = readTable('portfolios', ['portfolio_id'], ['name', 'state', 'created_at', 'updated_at', 'version']);

export const portfolioProjection: StateProjection<PortfolioState> = {
  kind: 'state',
  name: 'portfolios',
  version: 1,
  decider: portfolioDecider,
  table: portfoliosTable,
  toRow(id, { state, version, createdAt, updatedAt }) {
    if (state.status === 'NONE') throw new Error('a portfolio row without a portfolio');
    return { portfolio_id: id, name: state.name, state: JSON.stringify(state), created_at: createdAt, updated_at: updatedAt, version };
  },
  fromRow: (row) => fromRowColumns<PortfolioState>(row, (json) => JSON.parse(json) as PortfolioState),
};

export function portfolioView({ state, version, createdAt, updatedAt }: Folded<PortfolioState>): PortfolioView {
  if (state.status === 'NONE') throw new Error('a portfolio row without a portfolio');
  const { id, name, base_currency, owner_user_id, account_id } = state;
  return { id, name, base_currency, owner_user_id, account_id, created_at: createdAt, updated_at: updatedAt, version };
}
