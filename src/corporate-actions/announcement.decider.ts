/** One announcement: what was said about it, by whom, and whether it may be applied. */
import { parseAmount } from '../kernel/amount';
import type { Decider } from '../kernel/decider';
import { DomainError, InputError, never } from '../kernel/errors';
import { parseRatio, formatRatio } from '../rules/split';
import {
  type ActionSource,
  type ActionType,
  type AnnouncementCommandBody,
  type AnnouncementEvent,
  type AnnouncementKey,
  type AnnouncementStatus,
  type AnnouncementTerms,
  type Doubt,
} from '../contracts/corporate-action';

export interface KnownAnnouncement extends AnnouncementKey, AnnouncementTerms {
  readonly status: AnnouncementStatus;
  /** 1 at first; raised by everything that positions have to hear of. */
  readonly revision: number;
  readonly processed_revision: number;
  readonly source: ActionSource;
  readonly doubts: readonly Doubt[];
}

export type AnnouncementState = { readonly status: 'NONE' } | KnownAnnouncement;

export const announcementStream = (id: string): string => `announcement-${id}`;

/** The key in words: two sources that mean the same meet in one stream. */
export const actionIdOf = ({ instrument_id, type, ex_date, sequence }: Omit<AnnouncementKey, 'corporate_action_id'>): string =>
  `${instrument_id}:${type}:${ex_date}:${sequence}`;

type Verb = 'Announced' | 'Amended' | 'Cancelled';
const FAMILY: Readonly<Record<ActionType, 'Dividend' | 'Split' | 'InstrumentChange'>> = {
  CASH_DIVIDEND: 'Dividend',
  SPLIT: 'Split',
  MERGER: 'InstrumentChange',
  SPIN_OFF: 'InstrumentChange',
  SYMBOL_CHANGE: 'InstrumentChange',
  DELISTING: 'InstrumentChange',
};
const named = <Name extends Verb>(type: ActionType, verb: Name) => `${FAMILY[type]}${verb}` as const;

export const announcementDecider: Decider<AnnouncementState, AnnouncementCommandBody, AnnouncementEvent> = {
  category: 'announcement',
  initialState: { status: 'NONE' },

  decide(command, state) {
    if (command.type === 'Announce') return announce(state, command.data);
    if (state.status === 'NONE') throw new DomainError('announcement.unknown', 'There is no such announcement; announce it first');
    switch (command.type) {
      case 'Amend':
        return amend(state, command.data.terms);
      case 'Cancel':
        if (state.status === 'CANCELLED') return [];
        return [
          { type: named(state.type, 'Cancelled'), data: { revision: state.revision + 1, source: 'manual', reason: command.data.reason } },
        ];
      case 'Doubt':
        return state.status !== 'ANNOUNCED' ? [] : [{ type: 'AnnouncementDoubted', data: command.data }];
      case 'Approve':
        if (state.status === 'ANNOUNCED') return [];
        if (state.status === 'CANCELLED') {
          throw new DomainError('announcement.cancelled', 'The announcement is cancelled; announce it again if it holds after all');
        }
        return [{ type: 'AnnouncementApproved', data: { revision: state.revision } }];
      case 'MarkProcessed':
        return state.processed_revision >= command.data.revision ? [] : [{ type: 'AnnouncementProcessed', data: command.data }];
      default:
        return never(command);
    }
  },

  evolve(state, event) {
    if (isFirst(event)) {
      return { ...event.data, status: event.data.doubts.length > 0 ? 'REVIEW' : 'ANNOUNCED', processed_revision: 0 };
    }
    if (state.status === 'NONE') throw new Error(`${event.type} before it was announced`);
    return evolveKnown(state, event);
  },

  subject: (state) => (state.status === 'NONE' ? {} : { instrument_id: state.instrument_id, symbol: state.symbol }),
};

type FirstEvent = Extract<AnnouncementEvent, { readonly data: AnnouncementKey }>;
const isFirst = (event: AnnouncementEvent): event is FirstEvent => event.type.endsWith('Announced');

type LaterEvent = Exclude<AnnouncementEvent, FirstEvent>;

function evolveKnown(state: KnownAnnouncement, event: LaterEvent): KnownAnnouncement {
  switch (event.type) {
    case 'DividendAmended':
    case 'SplitAmended':
    case 'InstrumentChangeAmended': {
      const { former: _former, ...terms } = event.data;
      return { ...state, ...terms, status: terms.doubts.length > 0 ? 'REVIEW' : 'ANNOUNCED' };
    }
    case 'DividendCancelled':
    case 'SplitCancelled':
    case 'InstrumentChangeCancelled':
      return { ...state, status: 'CANCELLED', revision: event.data.revision, source: event.data.source, doubts: [] };
    case 'AnnouncementConflicted':
    case 'AnnouncementDoubted':
      return { ...state, status: 'REVIEW', doubts: [...state.doubts, event.data.doubt] };
    case 'AnnouncementApproved':
      return { ...state, status: 'ANNOUNCED', doubts: [] };
    case 'AnnouncementProcessed':
      return { ...state, processed_revision: event.data.revision };
    default:
      return never(event);
  }
}

type Announce = Extract<AnnouncementCommandBody, { type: 'Announce' }>['data'];

function announce(state: AnnouncementState, { key, terms: given, source, doubts }: Announce): readonly AnnouncementEvent[] {
  const terms = checkedTerms(key.type, key.ex_date, given);
  if (state.status === 'NONE') return [{ type: named(key.type, 'Announced'), data: { ...key, ...terms, revision: 1, source, doubts } }];
  if (source === 'manual') return restated(state, terms, source, []);
  if (state.status === 'CANCELLED') return []; // what a person cancelled does not come back by being said once more
  if (agrees(state, terms))
    return adds(state, terms) && state.source !== 'manual' ? restated(state, merged(state, terms), source, doubts) : [];
  if (state.source === source) return restated(state, terms, source, doubts);
  if (state.source === 'manual') return [];
  const doubt = conflictBetween(state, terms, source);
  if (state.doubts.some(({ message }) => message === doubt.message)) return [];
  return [{ type: 'AnnouncementConflicted', data: { source, terms, doubt } }];
}

/** Amended where something differs, or where it was cancelled and holds again. */
function restated(
  state: KnownAnnouncement,
  terms: AnnouncementTerms,
  source: ActionSource,
  doubts: readonly Doubt[],
): readonly AnnouncementEvent[] {
  if (state.status === 'ANNOUNCED' && isSame(state, terms)) return [];
  const former = termsOf(state);
  return [{ type: named(state.type, 'Amended'), data: { ...terms, revision: state.revision + 1, source, doubts, former } }];
}

function amend(state: KnownAnnouncement, changes: Partial<AnnouncementTerms>): readonly AnnouncementEvent[] {
  if (state.status === 'CANCELLED')
    throw new DomainError('announcement.cancelled', 'The announcement is cancelled; announce it again with the terms that hold');
  return restated(state, checkedTerms(state.type, state.ex_date, { ...termsOf(state), ...changes }), 'manual', []);
}

const termsOf = ({ pay_date, amount_per_share, currency, withholding_tax_pct, ratio, note }: AnnouncementTerms): AnnouncementTerms => ({
  pay_date,
  amount_per_share,
  currency,
  withholding_tax_pct,
  ratio,
  note,
});

const isSame = (a: AnnouncementTerms, b: AnnouncementTerms): boolean => JSON.stringify(termsOf(a)) === JSON.stringify(termsOf(b));

/** What one source leaves out contradicts nobody. */
function agrees(state: KnownAnnouncement, terms: AnnouncementTerms): boolean {
  const fields = ['pay_date', 'amount_per_share', 'currency', 'ratio'] as const;
  return fields.every((field) => state[field] === null || terms[field] === null || state[field] === terms[field]);
}

const adds = (state: KnownAnnouncement, terms: AnnouncementTerms): boolean => state.pay_date === null && terms.pay_date !== null;
const merged = (state: KnownAnnouncement, terms: AnnouncementTerms): AnnouncementTerms => ({ ...termsOf(state), pay_date: terms.pay_date });

function conflictBetween(state: KnownAnnouncement, terms: AnnouncementTerms, source: ActionSource): Doubt {
  const said = ({ amount_per_share, ratio, pay_date, currency }: AnnouncementTerms): string =>
    [amount_per_share ?? ratio, currency, pay_date && `paid on ${pay_date}`].filter(Boolean).join(' ');
  return {
    code: 'CONFLICT',
    message: `${state.source} says ${said(state)}, ${source} says ${said(terms)}; amend to what holds, or approve the former`,
  };
}

type Term = Exclude<keyof AnnouncementTerms, 'note'>;

/** What a type knows nothing of, and why. A split's payable date may fall before its ex-date, and counts for nothing. */
function foreignTerms(type: ActionType): readonly (readonly [Term, string])[] {
  const money = ['amount_per_share', 'currency', 'withholding_tax_pct'] as const;
  switch (type) {
    case 'CASH_DIVIDEND':
      return [['ratio', 'left out: a dividend has an amount per share']];
    case 'SPLIT':
      return [
        ['pay_date', 'left out: a split takes effect on its ex-date'],
        ...money.map((term) => [term, 'left out: a split has a ratio'] as const),
      ];
    case 'MERGER':
    case 'SPIN_OFF':
    case 'SYMBOL_CHANGE':
    case 'DELISTING':
      return (['pay_date', 'ratio', ...money] as const).map(
        (term) => [term, 'left out: say it in the note, for a person to book'] as const,
      );
    default:
      return never(type);
  }
}

/** Canonical terms. Throws InputError naming the field that the type needs, or knows nothing of. */
function checkedTerms(type: ActionType, exDate: string, terms: AnnouncementTerms): AnnouncementTerms {
  for (const [term, rule] of foreignTerms(type))
    if (terms[term] !== null) throw new InputError('announcement.term', term, rule, terms[term]);
  if (type === 'SPLIT') {
    const ratio = parseRatio(terms.ratio);
    if (ratio.new === ratio.old) throw new InputError('split.ratio', 'ratio', 'other than 1:1, which changes nothing', terms.ratio);
    return { ...termsOf(terms), ratio: formatRatio(ratio) };
  }
  if (type !== 'CASH_DIVIDEND') return termsOf(terms);
  if (parseAmount(terms.amount_per_share, 'amount_per_share') <= 0n) {
    throw new InputError('amount.not_positive', 'amount_per_share', `more than zero for the dividend of ${exDate}`, terms.amount_per_share);
  }
  if (terms.currency === null) throw new InputError('dividend.currency', 'currency', 'given', terms.currency);
  return termsOf(terms);
}
