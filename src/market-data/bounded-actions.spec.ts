import { UnavailableError } from '../kernel/errors';
import { VirtualClock, VirtualTimer } from '../platform/time/virtual-clock';
import { ActionProvider, type ProvidedAction } from './actions.port';
import { BoundedActions } from './bounded-actions';

const ASKED = { symbol: 'KO', exchange: 'XNYS' as const, currency: 'USD', from: '2026-01-01', to: '2026-12-31' };
const SPLIT: ProvidedAction = { type: 'SPLIT', ex_date: '2026-03-02', sequence: 1, ratio: '2:1' };

class Announcer extends ActionProvider {
  readonly name = 'fake';

  constructor(readonly actions: ActionProvider['actions']) {
    super();
  }
}

function bounded(actions: ActionProvider['actions']) {
  const clock = new VirtualClock('2026-06-01T01:30:00.000Z');
  return { clock, provider: new BoundedActions(new Announcer(actions), new VirtualTimer(clock)) };
}

describe('a bounded provider of announcements', () => {
  it('says what the provider says, under its name, and leaves no timer behind', async () => {
    const { clock, provider } = bounded(() => Promise.resolve([SPLIT]));
    expect(provider.name).toBe('fake');
    expect(await provider.actions(ASKED)).toEqual([SPLIT]);
    expect(clock.pending).toBe(0);
  });

  it('gives up one that hangs after 3 seconds and says so; what it says later is not heard', async () => {
    let answer: (actions: readonly ProvidedAction[]) => void = () => undefined;
    const late = new Promise<readonly ProvidedAction[]>((resolve) => (answer = resolve));
    const { clock, provider } = bounded(() => late);
    const asked = provider.actions(ASKED);
    clock.advance(2_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    await expect(asked).rejects.toEqual(new UnavailableError('market_data.no_answer', 'no answer within 3000 ms'));
    answer([SPLIT]);
    await late;
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('HTTP 429'))],
    [
      'throws at once',
      () => {
        throw new Error('HTTP 429');
      },
    ],
  ])('hands on the error of one that %s', async (_how, actions) => {
    const { clock, provider } = bounded(actions);
    await expect(provider.actions(ASKED)).rejects.toThrow('HTTP 429');
    expect(clock.pending).toBe(0);
  });
});
