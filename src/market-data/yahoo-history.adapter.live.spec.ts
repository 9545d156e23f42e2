import { PublishedCalendar } from './published-calendar';
import { readBars } from './recorded-bars';
import { YahooHistory } from './yahoo-history.adapter';

describe('daily bars of Yahoo Finance over the network', () => {
  it('still come in the form that the adapter reads: every trading day of a week in 2024', async () => {
    const text = await new YahooHistory().daily({ symbol: 'KO', exchange: 'XNYS', from: '2024-07-01', to: '2024-07-05' });
    const days = readBars(text, 'yahoo', new PublishedCalendar(), 'XNYS').map(({ day }) => day);
    expect(days).toEqual(['2024-07-01', '2024-07-02', '2024-07-03', '2024-07-05']);
  });
});
