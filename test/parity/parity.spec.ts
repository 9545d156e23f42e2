import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parityLaws } from './parity.law';

describe('simulation and live', () => {
  parityLaws(100);

  it('are compared with an oracle that shares nothing with them and can be read in one sitting', () => {
    const text = readFileSync(join(__dirname, 'oracle.ts'), 'utf8');
    expect([...text.matchAll(/from '(.*)'/g)].map(([, name]) => name)).toEqual(['decimal.js']);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });
});
