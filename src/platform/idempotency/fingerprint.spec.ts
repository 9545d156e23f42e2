import fc from 'fast-check';
import { canonicalJson, fingerprintOf } from './fingerprint';

const asked = { method: 'POST', url: '/v1/orders?dry_run=true&price=1', body: { qty: '1', side: 'BUY' } };

describe('the fingerprint of a request', () => {
  it('is the same however the client lays it out', () => {
    const again = { method: 'POST', url: '/v1/orders?price=1&dry_run=true', body: { side: 'BUY', qty: '1' } };
    expect(fingerprintOf(again)).toBe(fingerprintOf(asked));
  });

  it.each([
    { ...asked, method: 'PATCH' },
    { ...asked, url: '/v1/orders?dry_run=false&price=1' },
    { ...asked, url: '/v1/orders' },
    { ...asked, body: { qty: '1.0', side: 'BUY' } },
    { ...asked, body: { qty: 1, side: 'BUY' } },
    { ...asked, body: undefined },
    { ...asked, body: { qty: '1', side: 'BUY', note: null } },
  ])('tells another request from it: %j', (other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(asked));
  });

  it('rests on JSON that still says the same, names sorted', () => {
    const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(json, (value) => {
        const parsed = JSON.parse(JSON.stringify(value)) as unknown;
        expect(JSON.parse(canonicalJson(parsed))).toEqual(parsed);
      }),
    );
  });
});
