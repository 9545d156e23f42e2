/** A deterministic provider for tests: says what it was given. */
import { ActionProvider, type ActionsRequest, type ProvidedAction } from './actions.port';

export class FakeActions extends ActionProvider {
  readonly name = 'fake' as const;

  constructor(private readonly bySymbol: Readonly<Record<string, readonly ProvidedAction[]>>) {
    super();
  }

  async actions({ symbol, from, to }: ActionsRequest): Promise<readonly ProvidedAction[]> {
    const actions = this.bySymbol[symbol] ?? [];
    return actions
      .filter(({ ex_date }) => ex_date >= from && ex_date <= to)
      .toSorted((a, b) => (a.ex_date < b.ex_date ? -1 : a.ex_date > b.ex_date ? 1 : 0));
  }
}
