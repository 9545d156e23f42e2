import type { Quote } from '../rules/price-policy';
import { PushedQuotes, PushQuotes } from './push.adapter';

const QUOTE: Quote = { ts: '2026-11-20T14:35:00.000Z', bid: null, ask: null, last: '100', source: 'push' };

class Table extends PushedQuotes {
  latest(tenantId: string, instrumentId: string) {
    return Promise.resolve(tenantId === 'demo' && instrumentId === 'ins-1' ? QUOTE : null);
  }
}

describe('pushed quotes', () => {
  const quotes = new PushQuotes(new Table());
  const ask = (tenant_id: string, instrument_id: string) => quotes.quote({ tenant_id, instrument_id, symbol: 'KO', exchange: 'XNYS' });

  it('reach the tenant and the instrument that they were pushed for', async () => {
    expect(await ask('demo', 'ins-1')).toBe(QUOTE);
    expect(await ask('other', 'ins-1')).toBeNull();
    expect(await ask('demo', 'ins-2')).toBeNull();
  });

  it('are asked for per tenant, for a tenant must never see what another one pushed', () => {
    expect(quotes.perTenant).toBe(true);
  });
});
