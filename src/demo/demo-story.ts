/** What the demo shows: two positions, small thresholds so that something happens, and the days that are replayed. */
import type { OpenPositionTerms } from '../contracts/position';
import type { InstrumentTerms } from '../contracts/instrument';

export const DEMO_PORTFOLIO = 'Demo';
/** Recorded days of Apple, by the minute. */
export const DEMO_DAYS = ['2014-06-05', '2014-06-06'] as const;
export const DEMO_SOURCE = 'demo';
/** Ticks of the replay: as the default schedule has them. */
export const DEMO_TICK_MS = 5 * 60_000;

export interface DemoPosition {
  readonly instrument: InstrumentTerms;
  readonly opening: Omit<OpenPositionTerms, 'portfolio_id' | 'symbol' | 'exchange'>;
  /** Groups of settings by name. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where its simulated prices start; the last recorded price where null. */
  readonly reference: string | null;
}

const opening = { anchor_price: null, anchor_from_first_price: true };

export const APPLE: DemoPosition = {
  instrument: { symbol: 'AAPL', exchange: 'XNAS', asset_type: 'EQUITY', currency: 'USD', tick_size: '0.01', lot_size: null },
  opening: { ...opening, qty: '80', cash: '50000', avg_cost: '644' },
  settings: { triggers: { up_threshold_pct: '0.25', down_threshold_pct: '0.25' } },
  reference: null,
};

/** Trades at any hour, so that a newcomer sees decisions at night too. */
export const BITCOIN: DemoPosition = {
  instrument: { symbol: 'BTC-USD', exchange: '24X7', asset_type: 'CRYPTO', currency: 'USD', tick_size: '0.01', lot_size: null },
  opening: { qty: '0.8', cash: '50000', avg_cost: '60000', anchor_price: '60000', anchor_from_first_price: false },
  settings: { triggers: { up_threshold_pct: '0.5', down_threshold_pct: '0.5' } },
  reference: '60000',
};
