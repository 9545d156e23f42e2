/** What every provider of announcements must do. */
import type { ActionProvider, ProvidedAction } from './actions.port';

const ASKED = { exchange: 'XNYS' as const, currency: 'USD', from: '2026-01-01', to: '2026-12-31' };

const dividend = { type: 'CASH_DIVIDEND', ex_date: '2026-06-12', currency: 'USD', withholding_tax_pct: null } as const;
/** Of KO, by ex-date: a split, an ordinary dividend and a special one of the same day. */
export const KNOWN: readonly ProvidedAction[] = [
  { type: 'SPLIT', ex_date: '2026-03-02', sequence: 1, ratio: '2:1' },
  { ...dividend, sequence: 1, amount_per_share: '0.46', pay_date: '2026-07-01' },
  { ...dividend, sequence: 2, amount_per_share: '1', pay_date: null },
];

interface Knowledge {
  /** Some services know of no pay dates at all. */
  readonly payDates: boolean;
}

/** `open` gives a provider that knows of KO what `KNOWN` says, and of nothing else. */
export function describeActionProvider(
  name: string,
  open: () => Promise<ActionProvider>,
  { payDates }: Knowledge = { payDates: true },
): void {
  describe(`the announcements of ${name}`, () => {
    let provider: ActionProvider;
    beforeAll(async () => (provider = await open()));
    const asked = (over: object = {}): Promise<readonly ProvidedAction[]> => provider.actions({ symbol: 'KO', ...ASKED, ...over });

    it('come by ex-date, those of one date told apart by their sequence', async () => {
      const known = payDates ? KNOWN : KNOWN.map((action) => (action.type === 'SPLIT' ? action : { ...action, pay_date: null }));
      expect(await asked()).toEqual(known);
    });

    it('lie within the dates that were asked for, both included', async () => {
      expect(await asked({ from: '2026-03-02', to: '2026-06-11' })).toHaveLength(1);
      expect(await asked({ from: '2026-03-03', to: '2026-06-12' })).toHaveLength(2);
      expect(await asked({ from: '2027-01-01', to: '2027-12-31' })).toEqual([]);
    });

    it('are the same when asked again', async () => expect(await asked()).toEqual(await asked()));

    it('are none for a symbol of which nothing is known', async () => expect(await asked({ symbol: 'NOBODY' })).toEqual([]));
  });
}
