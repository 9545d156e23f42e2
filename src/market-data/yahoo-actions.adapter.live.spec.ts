import { YahooActions } from './yahoo-actions.adapter';

const asked = { exchange: 'XNYS' as const, currency: 'USD', symbol: 'KO', from: '2024-01-01', to: '2024-12-31' };

it('lists the dividends of Coca-Cola by ex-date, the same when asked again, and the split of Apple', async () => {
  const provider = new YahooActions();
  const dividends = await provider.actions(asked);
  expect(dividends.map(({ type, ex_date }) => [type, ex_date])).toEqual(
    ['2024-03-14', '2024-06-14', '2024-09-13', '2024-11-29'].map((date) => ['CASH_DIVIDEND', date]),
  );
  expect(await provider.actions(asked)).toEqual(dividends);
  expect(await provider.actions({ ...asked, from: '2024-06-14', to: '2024-09-12' })).toHaveLength(1);
  const splits = await provider.actions({ ...asked, symbol: 'AAPL', from: '2020-08-01', to: '2020-09-30' });
  expect(splits).toContainEqual({ type: 'SPLIT', ex_date: '2020-08-31', sequence: 1, ratio: '4:1' });
});
