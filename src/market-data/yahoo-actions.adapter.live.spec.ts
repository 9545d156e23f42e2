import { YahooActions } from './yahoo-actions.adapter';

it('lists the dividends of Coca-Cola and the split of Apple', async () => {
  const asked = { exchange: 'XNYS' as const, currency: 'USD' };
  const dividends = await new YahooActions().actions({ ...asked, symbol: 'KO', from: '2024-01-01', to: '2024-12-31' });
  expect(dividends.map(({ type }) => type)).toEqual(['CASH_DIVIDEND', 'CASH_DIVIDEND', 'CASH_DIVIDEND', 'CASH_DIVIDEND']);
  const splits = await new YahooActions().actions({ ...asked, symbol: 'AAPL', from: '2020-08-01', to: '2020-09-30' });
  expect(splits).toContainEqual({ type: 'SPLIT', ex_date: '2020-08-31', sequence: 1, ratio: '4:1' });
});
