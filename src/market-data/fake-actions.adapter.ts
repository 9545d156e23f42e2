/** A deterministic provider for tests: says what it was given, under the name that it was given. */
import { ActionProvider, type ActionsRequest, type ProvidedAction } from './actions.port';

export class FakeActions extends ActionProvider {
  constructor(
    private readonly bySymbol: Readonly<Record<string, readonly ProvidedAction[]>>,
    readonly name: ActionProvider['name'] = 'fake',
  ) {
    super();
  }

  async actions({ symbol, from, to }: ActionsRequest): Promise<readonly ProvidedAction[]> {
    const actions = this.bySymbol[symbol] ?? [];
    return actions
      .filter(({ ex_date }) => ex_date >= from && ex_date <= to)
      .toSorted((a, b) => (a.ex_date < b.ex_date ? -1 : a.ex_date > b.ex_date ? 1 : 0));
  }
}
