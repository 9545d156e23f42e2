/**
 * A market that never sleeps and needs no provider: prices follow from symbol and time alone, so two processes, a restart and a test
 * see the same quotes. Hourly returns have a volatility of about 70 % a year (of 252 days of 6.5 hours), so 3 % moves come within hours;
 * over weeks the price stays within some tens of percent of where it started.
 */
import type { ReferencePrice } from '../contracts/instrument';
import { type Amount, formatAmount, LARGEST, parseAmount, SCALE } from '../kernel/amount';
import { epochMs, type Instant, toInstant } from '../kernel/clock';
import { type QuoteRequest, QuoteSource, type RawQuote } from './quotes.port';
import { NoReferencePrices, type ReferencePrices } from './reference-prices.port';
import { noiseAt, seedOf } from './value-noise';

const CENT = SCALE / 100n;
/** Bid and ask lie one basis point below and above the last price: a spread of 2 bps. */
const HALF_SPREAD = 10_000n;
const FACTOR_SCALE = 1e12;

export class SimulatedQuotes extends QuoteSource {
  readonly name = 'simulated';
  readonly perTenant = false;

  /** Another `seed` is another market. */
  constructor(
    private readonly references: ReferencePrices = new NoReferencePrices(),
    private readonly seed = '',
  ) {
    super();
  }

  async quote(instrument: QuoteRequest, at: Instant): Promise<RawQuote> {
    return this.quoteFrom(instrument, at, await this.references.reference(instrument.instrument_id));
  }

  /** The quote of the second that `at` lies in. `last`, and the middle of bid and ask, is exactly the reference price at its instant. */
  quoteFrom({ symbol, exchange }: Pick<QuoteRequest, 'symbol' | 'exchange'>, at: Instant, reference: ReferencePrice | null): RawQuote {
    const seed = seedOf(`${this.seed}/${exchange}/${symbol}`);
    const second = Math.floor(epochMs(at) / 1000);
    const start = reference === null ? basePrice(seed) : parseAmount(reference.price, 'reference_price');
    const startNoise = reference === null ? 0 : noiseAt(seed, Math.floor(epochMs(reference.at) / 1000));
    const change = noiseAt(seed, second) - startNoise;
    const last = change === 0 ? start : moved(start, change);
    const half = halfSpread(last);
    return {
      ts: toInstant(second * 1000),
      bid: formatAmount((last - half) as Amount),
      ask: formatAmount((last + half) as Amount),
      last: formatAmount(last),
      source: this.name,
    };
  }
}

/** 20.00 to 499.99, to the cent. */
const basePrice = (seed: number): Amount => (BigInt(2_000 + (seed % 48_000)) * CENT) as Amount;

/** `price · e^change` to the tick, at least one tick; beyond what an amount can hold it stays at the price. */
function moved(price: Amount, change: number): Amount {
  const factor = BigInt(Math.round(Math.exp(change) * FACTOR_SCALE));
  const units = (price * factor) / BigInt(FACTOR_SCALE);
  const tick = tickOf(units);
  const rounded = ((units + tick / 2n) / tick) * tick;
  if (rounded + rounded / HALF_SPREAD >= LARGEST) return price;
  return (rounded > 0n ? rounded : tick) as Amount;
}

/** A cent, for cheap prices the power of ten at or below one basis point of the price. */
function tickOf(units: bigint): bigint {
  let tick = CENT;
  while (tick > 1n && tick * HALF_SPREAD > units) tick /= 10n;
  return tick;
}

/** One basis point to the tick; nothing where the price is a single unit. */
function halfSpread(last: Amount): bigint {
  const tick = tickOf(last);
  const half = ((last / HALF_SPREAD + tick / 2n) / tick) * tick;
  const spread = half > tick ? half : tick;
  return last > spread && last + spread < LARGEST ? spread : 0n;
}
