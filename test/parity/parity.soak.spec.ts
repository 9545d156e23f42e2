import { parityLaws } from './parity.law';

describe('simulation and live, the long way', () => {
  parityLaws(2_000);
});
