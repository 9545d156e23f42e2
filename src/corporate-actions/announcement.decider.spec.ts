import type { AnnouncementCommandBody, AnnouncementEvent, AnnouncementTerms, Doubt } from '../contracts/corporate-action';
import { specFor } from '../kernel/decider.spec-support';
import { announcementDecider } from './announcement.decider';

const given = specFor(announcementDecider);
const key = {
  corporate_action_id: 'in-1:CASH_DIVIDEND:2026-06-12:1',
  instrument_id: 'in-1',
  symbol: 'KO',
  exchange: 'XNYS' as const,
  type: 'CASH_DIVIDEND' as const,
  ex_date: '2026-06-12',
  sequence: 1,
};
const terms = (over: Partial<AnnouncementTerms> = {}): AnnouncementTerms => ({
  pay_date: '2026-07-01',
  amount_per_share: '0.46',
  currency: 'USD',
  withholding_tax_pct: null,
  ratio: null,
  note: null,
  ...over,
});
const doubt: Doubt = { code: 'MISSING_PAY_DATE', message: 'No pay date is given' };
const announce = (
  source: 'manual' | 'csv' | 'yahoo',
  over: Partial<AnnouncementTerms> = {},
  doubts: readonly Doubt[] = [],
): AnnouncementCommandBody => ({
  type: 'Announce',
  data: { key, terms: terms(over), source, doubts },
});
const NOTHING: AnnouncementTerms = {
  pay_date: null,
  amount_per_share: null,
  currency: null,
  withholding_tax_pct: null,
  ratio: null,
  note: null,
};
const split = (over: Partial<AnnouncementTerms>): AnnouncementCommandBody => ({
  type: 'Announce',
  data: { key: { ...key, type: 'SPLIT' }, terms: { ...NOTHING, ...over }, source: 'manual', doubts: [] },
});
const announced = (source: 'manual' | 'csv' | 'yahoo' = 'csv', doubts: readonly Doubt[] = []): AnnouncementEvent => ({
  type: 'DividendAnnounced',
  data: { ...key, ...terms(), revision: 1, source, doubts },
});
const types = (events: readonly AnnouncementEvent[]): readonly string[] => events.map(({ type }) => type);

describe('an announcement', () => {
  it('is made once, however often its source repeats it', () => {
    given().when(announce('csv')).then(announced());
    given(announced()).when(announce('csv')).thenNothing();
  });

  it('case 16: amended by its source, it is a new revision that says what was before', () => {
    const events = given(announced())
      .when(announce('csv', { amount_per_share: '0.48' }))
      .events();
    expect(events).toMatchObject([
      { type: 'DividendAmended', data: { revision: 2, amount_per_share: '0.48', former: { amount_per_share: '0.46' } } },
    ]);
  });

  it('case 18: repeated by another source, it is one announcement', () =>
    given(announced())
      .when(announce('yahoo', { pay_date: null }))
      .thenNothing());

  it('case 18: said otherwise by another source, it waits for a person and is never both', () => {
    const said = given(announced()).when(announce('yahoo', { amount_per_share: '0.5' }));
    expect(types(said.events())).toEqual(['AnnouncementConflicted']);
    expect(said.state()).toMatchObject({ status: 'REVIEW', amount_per_share: '0.46', doubts: [{ code: 'CONFLICT' }] });
    given(announced(), ...said.events())
      .when(announce('yahoo', { amount_per_share: '0.5' }))
      .thenNothing();
  });

  it('case 18: gets the pay date that its first source did not know', () => {
    const without: AnnouncementEvent = {
      type: 'DividendAnnounced',
      data: { ...key, ...terms({ pay_date: null }), revision: 1, source: 'yahoo', doubts: [doubt] },
    };
    expect(given(without).when(announce('csv')).state()).toMatchObject({ status: 'ANNOUNCED', pay_date: '2026-07-01', doubts: [] });
  });

  it('case 18: a person overrules every source, and no source a person', () => {
    expect(
      given(announced())
        .when(announce('manual', { amount_per_share: '0.5' }))
        .state(),
    ).toMatchObject({ source: 'manual', amount_per_share: '0.5' });
    given(announced('manual'))
      .when(announce('yahoo', { amount_per_share: '0.5' }))
      .thenNothing();
  });

  it('that is doubtful is applied once a person approves it', () => {
    const waiting = given(announced('csv', [doubt]));
    expect(waiting.state).toMatchObject({ status: 'REVIEW', doubts: [doubt] });
    expect(waiting.when({ type: 'Approve', data: {} }).state()).toMatchObject({ status: 'ANNOUNCED', revision: 1, doubts: [] });
  });

  it('case 17: cancelled by a person, does not come back because a source repeats it', () => {
    const cancel: AnnouncementCommandBody = { type: 'Cancel', data: { reason: 'wrong' } };
    const cancelled = given(announced()).when(cancel).events();
    expect(types(cancelled)).toEqual(['DividendCancelled']);
    given(announced(), ...cancelled)
      .when(cancel)
      .thenNothing();
    given(announced(), ...cancelled)
      .when(announce('csv'))
      .thenNothing();
    expect(
      given(announced(), ...cancelled)
        .when(announce('manual'))
        .state(),
    ).toMatchObject({ status: 'ANNOUNCED', revision: 3 });
    given(announced(), ...cancelled)
      .when({ type: 'Approve', data: {} })
      .thenRejects('announcement.cancelled');
    given(announced(), ...cancelled)
      .when({ type: 'Amend', data: { terms: { amount_per_share: '1' } } })
      .thenRejects('announcement.cancelled');
  });

  it('refuses what is no dividend and no split', () => {
    for (const wrong of [{ amount_per_share: '0' }, { amount_per_share: '-1' }, { amount_per_share: null }, { currency: null }]) {
      expect(() => given().when(announce('manual', wrong)).events()).toThrow(/must be/);
    }
    expect(() =>
      given()
        .when(split({ ratio: '3:3' }))
        .events(),
    ).toThrow(/other than 1:1/);
  });

  it('case 24: of a split has no pay date: what is said of one is refused, not forgotten', () => {
    const once = given()
      .when(split({ ratio: '2:1' }))
      .events();
    const amend = (change: Partial<AnnouncementTerms>): AnnouncementCommandBody => ({ type: 'Amend', data: { terms: change } });
    for (const attempt of [
      given().when(split({ ratio: '2:1', pay_date: '2026-06-05' })),
      given(...once).when(amend({ pay_date: '2026-06-05' })),
    ])
      expect(() => attempt.events()).toThrow('pay_date must be left out: a split takes effect on its ex-date; received "2026-06-05"');
  });

  it.each([
    ['CASH_DIVIDEND', { ratio: '2:1' }, /^ratio must be left out: a dividend has an amount per share/],
    ['SPLIT', { amount_per_share: '1' }, /^amount_per_share must be left out: a split has a ratio/],
    ['MERGER', { ratio: '2:1' }, /^ratio must be left out: say it in the note, for a person to book/],
  ] as const)('of a %s refuses %j, which would mean nothing', (type, change, message) => {
    const plain = { CASH_DIVIDEND: terms(), SPLIT: { ...NOTHING, ratio: '2:1' }, MERGER: NOTHING }[type];
    const first: AnnouncementCommandBody = {
      type: 'Announce',
      data: { key: { ...key, type }, terms: plain, source: 'manual', doubts: [] },
    };
    const known = given(...given().when(first).events());
    expect(() => known.when({ type: 'Amend', data: { terms: change } }).events()).toThrow(message);
  });

  it('of which every position has heard is asked for no more, until something changes', () => {
    const mark: AnnouncementCommandBody = { type: 'MarkProcessed', data: { revision: 1 } };
    const processed = given(announced()).when(mark).events();
    given(announced(), ...processed)
      .when(mark)
      .thenNothing();
    expect(given(announced(), ...processed).state).toMatchObject({ revision: 1, processed_revision: 1 });
  });
});
