/** Where a simulated feed continues from, per instrument. */
import type { ReferencePrice } from '../contracts/instrument';

export abstract class ReferencePrices {
  abstract reference(instrumentId: string): Promise<ReferencePrice | null>;
}

/** No instrument has one: each feed starts from a price that follows from its symbol. */
export class NoReferencePrices extends ReferencePrices {
  reference(): Promise<null> {
    return Promise.resolve(null);
  }
}
