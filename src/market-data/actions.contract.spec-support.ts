/** What every provider of announcements must do. */
import type { ActionProvider, ProvidedAction } from './actions.port';

const ASKED = { exchange: 'XNYS' as const, currency: 'USD', from: '2026-01-01', to: '2026-12-31' };

/** `open` gives a provider that knows of KO: a dividend of 0.46 on 2026-06-12, a special one on the same day, a 2:1 split on 2026-03-02. */
export function describeActionProvider(name: string, open: () => Promise<ActionProvider>): void {
  describe(`the announcements of ${name}`, () => {
    let provider: ActionProvider;
    beforeAll(async () => (provider = await open()));
    const asked = (over: object = {}): Promise<readonly ProvidedAction[]> => provider.actions({ symbol: 'KO', ...ASKED, ...over });

    it('come by ex-date, those of one date told apart by their sequence', async () => {
      expect(await asked()).toMatchObject([
        { type: 'SPLIT', ex_date: '2026-03-02', sequence: 1, ratio: '2:1' },
        { type: 'CASH_DIVIDEND', ex_date: '2026-06-12', sequence: 1, amount_per_share: '0.46', currency: 'USD', pay_date: '2026-07-01' },
        { type: 'CASH_DIVIDEND', ex_date: '2026-06-12', sequence: 2, amount_per_share: '1', pay_date: null },
      ]);
    });

    it('lie within the dates that were asked for, both included', async () => {
      expect(await asked({ from: '2026-03-02', to: '2026-06-11' })).toHaveLength(1);
      expect(await asked({ from: '2026-03-03', to: '2026-06-12' })).toHaveLength(2);
      expect(await asked({ from: '2027-01-01', to: '2027-12-31' })).toEqual([]);
    });

    it('are the same when asked again', async () => expect(await asked()).toEqual(await asked()));

    it('are none for a symbol that it does not know', async () => expect(await asked({ symbol: 'NOBODY' })).toEqual([]));
  });
}
