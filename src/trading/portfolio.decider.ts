/** A portfolio, and the slots of its open positions: one per instrument and strategy. */
import type { Decider } from '../kernel/decider';
import { DomainError, never } from '../kernel/errors';
import type { PortfolioEvent, SlotEvent } from '../contracts/portfolio';

type EventData<Type extends PortfolioEvent['type']> = Extract<PortfolioEvent, { type: Type }>['data'];
export type PortfolioState =
  { readonly status: 'NONE' } | ({ readonly status: 'OPEN'; readonly id: string } & EventData<'PortfolioOpened'>);
export type PortfolioCommand =
  | { readonly type: 'OpenPortfolio'; readonly data: EventData<'PortfolioOpened'> }
  | { readonly type: 'RenamePortfolio'; readonly data: { readonly name: string } };

export const portfolioDecider: Decider<PortfolioState, PortfolioCommand, PortfolioEvent> = {
  category: 'portfolio',
  initialState: { status: 'NONE' },

  decide(command, state) {
    switch (command.type) {
      case 'OpenPortfolio':
        return state.status === 'OPEN' ? [] : [{ type: 'PortfolioOpened', data: command.data }];
      case 'RenamePortfolio':
        if (state.status === 'NONE') throw new DomainError('portfolio.unknown', 'Open the portfolio first');
        if (state.name === command.data.name) return [];
        return [{ type: 'PortfolioRenamed', data: { name: command.data.name, former_name: state.name } }];
      default:
        return never(command);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'PortfolioOpened':
        return { ...event.data, status: 'OPEN', id: event.data.portfolio_id };
      case 'PortfolioRenamed':
        if (state.status === 'NONE') throw new Error('PortfolioRenamed before PortfolioOpened');
        return { ...state, name: event.data.name };
      default:
        return never(event);
    }
  },

  subject: (state) => (state.status === 'NONE' ? {} : { portfolio_id: state.id }),
};

export type SlotState = { readonly position_id: string | null };
export type SlotCommand =
  | { readonly type: 'TakeSlot'; readonly data: { readonly position_id: string } }
  | { readonly type: 'ReleaseSlot'; readonly data: { readonly position_id: string } };

export const slotDecider: Decider<SlotState, SlotCommand, SlotEvent> = {
  category: 'slot',
  initialState: { position_id: null },

  decide({ type, data }, { position_id }) {
    switch (type) {
      case 'TakeSlot':
        if (position_id === data.position_id) return [];
        if (position_id !== null) {
          throw new DomainError(
            'position.exists',
            `Position ${position_id} already holds this instrument under this strategy; use it, or close it first`,
            {
              position_id,
            },
          );
        }
        return [{ type: 'PositionSlotTaken', data }];
      case 'ReleaseSlot':
        return position_id === data.position_id ? [{ type: 'PositionSlotReleased', data }] : [];
      default:
        return never(type);
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'PositionSlotTaken':
        return { position_id: event.data.position_id };
      case 'PositionSlotReleased':
        return { position_id: null };
      default:
        return never(event);
    }
  },

  subject: (_state, { data }) => ({ position_id: data.position_id }),
};

export const slotStream = (portfolioId: string, instrumentId: string, strategyId: string): string =>
  `slot-${portfolioId}:${instrumentId}:${strategyId}`;
