import { parityLaws } from './parity.law';

describe('simulation and live', () => {
  parityLaws(100);
});
