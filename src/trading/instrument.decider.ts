/** An instrument and what the market said about it: reference price of the simulated feed, regular closes. */
import { parseAmount } from '../kernel/amount';
import type { TradingDay } from '../kernel/clock';
import type { Decider } from '../kernel/decider';
import { DomainError, InputError, never } from '../kernel/errors';
import type { InstrumentEvent, InstrumentTerms, ReferencePrice } from '../contracts/instrument';

export interface ListedInstrument extends InstrumentTerms {
  readonly status: 'LISTED';
  readonly instrument_id: string;
  readonly reference: ReferencePrice | null;
  /** Last trading day whose regular close is recorded, with that close. */
  readonly last_close: { readonly day: TradingDay; readonly price: string | null } | null;
}

export type InstrumentState = { readonly status: 'NONE' } | ListedInstrument;

type EventData<Type extends InstrumentEvent['type']> = Extract<InstrumentEvent, { type: Type }>['data'];
export type InstrumentCommand =
  | { readonly type: 'AddInstrument'; readonly data: EventData<'InstrumentAdded'> }
  | { readonly type: 'SetReferencePrice'; readonly data: EventData<'ReferencePriceSet'> }
  | { readonly type: 'CloseSession'; readonly data: EventData<'SessionClosed'> };

export const instrumentDecider: Decider<InstrumentState, InstrumentCommand, InstrumentEvent> = {
  category: 'instrument',
  initialState: { status: 'NONE' },

  decide(command, state) {
    if (command.type === 'AddInstrument') {
      if (state.status === 'LISTED') return [];
      for (const field of ['lot_size', 'tick_size'] as const) {
        const value = command.data[field];
        if (value !== null && parseAmount(value, field) <= 0n) throw new InputError('amount.not_positive', field, 'more than zero', value);
      }
      return [{ type: 'InstrumentAdded', data: command.data }];
    }
    if (state.status === 'NONE') throw new DomainError('instrument.unknown', 'Add the instrument first (POST /v1/instruments)');
    switch (command.type) {
      case 'SetReferencePrice':
        return [{ type: 'ReferencePriceSet', data: command.data }];
      case 'CloseSession':
        return state.last_close !== null && command.data.day <= state.last_close.day ? [] : [{ type: 'SessionClosed', data: command.data }];
      default:
        return never(command);
    }
  },

  evolve(state, event) {
    if (event.type === 'InstrumentAdded') return { ...event.data, status: 'LISTED', reference: null, last_close: null };
    if (state.status === 'NONE') throw new Error(`${event.type} before InstrumentAdded`);
    switch (event.type) {
      case 'ReferencePriceSet':
        return { ...state, reference: { price: event.data.price, at: event.data.at } };
      case 'SessionClosed':
        return { ...state, last_close: { day: event.data.day, price: event.data.regular_close } };
      default:
        return never(event);
    }
  },

  subject: (state) => (state.status === 'NONE' ? {} : { instrument_id: state.instrument_id, symbol: state.symbol }),

  uniqueKey: (event) => (event.type === 'InstrumentAdded' ? `instrument:${event.data.symbol}:${event.data.exchange}` : null),
};
