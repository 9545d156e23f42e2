import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { streamId } from '../../src/kernel/decider';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.port';
import { SubscriptionsRunner } from '../../src/platform/subscriptions/subscriptions.runner';
import { VirtualClock, VirtualTimer } from '../../src/platform/time/virtual-clock';
import { type Json, type Listed, ok, OPENING, until } from './support/rest-world';
import { type Api, OWNER_KEY, type RunningServer, startServer } from './support/server';

/** A reader that writes welcome letters, and cannot write some names. */
@Injectable()
class WelcomeLetters implements OnModuleInit {
  readonly written: string[] = [];
  readonly unwritable = new Set<string>();

  constructor(private readonly subscriptions: SubscriptionsRunner) {}

  onModuleInit(): void {
    this.subscriptions.register({
      name: 'welcome-letters',
      handles: (type) => type.startsWith('Portfolio'),
      handle: async (events) => {
        for (const event of events) this.write(event);
      },
    });
  }

  private write({ stream, data }: RecordedEvent): void {
    const { name } = JSON.parse(data) as { readonly name: string };
    if (this.unwritable.has(name)) throw new Error(`no letter can be written to ${name}`);
    if (!this.written.includes(`${streamId(stream)} ${name}`)) this.written.push(`${streamId(stream)} ${name}`);
  }
}

@Module({ providers: [WelcomeLetters] })
class LettersModule {}

describe('a portfolio whose letters fail', () => {
  let server: RunningServer;
  let owner: Api;
  let letters: WelcomeLetters;
  const clock = new VirtualClock(OPENING);

  beforeAll(async () => {
    const overrides = { clock, timer: new VirtualTimer(clock), modules: [LettersModule] };
    server = await startServer({ env: { VB_ROLES: 'api,worker' }, overrides });
    owner = server.api(OWNER_KEY);
    letters = server.app.nest.get(WelcomeLetters, { strict: false });
  });
  afterAll(() => server.stop());

  const open = async (name: string) => ok(await owner.post<{ id: string }>('/v1/portfolios', { name })).id;
  const rename = async (id: string, name: string) => ok(await owner.request('PATCH', `/v1/portfolios/${id}`, { body: { name } }));
  const parked = async () => ok(await owner.get<Listed>('/v1/admin/subscriptions/parked?subscription=welcome-letters')).items;
  const later = <Answer>(ask: () => Promise<Answer>, isThere: (answer: Answer) => boolean): Promise<Answer> =>
    until(async () => {
      clock.advance(1_000);
      return ask();
    }, isThere);
  const writtenTo = (id: string) => letters.written.filter((line) => line.startsWith(id)).map((line) => line.slice(id.length + 1));

  it('stands still alone, is seen by whoever runs the system, and goes on in order once it is redriven', async () => {
    letters.unwritable.add('Zoë');
    const bad = await open('Zoë');
    await rename(bad, 'Zoe');
    const [stopped] = await later(parked, (items) => items.length > 0);
    expect(stopped).toMatchObject({
      tenant_id: 'demo',
      subscription: 'welcome-letters',
      stream: `portfolio-${bad}`,
      first_version: 1,
      error: 'no letter can be written to Zoë',
      tries: 5,
      state: 'PARKED',
    });
    const good = await open('Ann');
    await later(
      async () => writtenTo(good),
      (lines) => lines.length > 0,
    );
    expect(writtenTo(bad)).toEqual([]);
    letters.unwritable.clear();
    const id = encodeURIComponent(String(stopped?.['id']));
    expect((await owner.post(`/v1/admin/subscriptions/parked/${id}/redrive`)).status).toBe(202);
    await later(parked, (items) => items.length === 0);
    expect(writtenTo(bad)).toEqual(['Zoë', 'Zoe']);
    expect((await owner.post(`/v1/admin/subscriptions/parked/${id}/redrive`)).status).toBe(404);
  });

  it('goes on without the letter that is given up', async () => {
    letters.unwritable.add('Olaf');
    const bad = await open('Olaf');
    await rename(bad, 'Ole');
    const [stopped] = await later(parked, (items) => items.length > 0);
    expect((await owner.delete(`/v1/admin/subscriptions/parked/${encodeURIComponent(String(stopped?.['id']))}`)).status).toBe(202);
    await later(parked, (items) => items.length === 0);
    expect(writtenTo(bad)).toEqual(['Ole']);
  });

  it('keeps no other reader from its work, and every partition says how far it is', async () => {
    const all = await later(
      async () => ok(await owner.get<Listed>('/v1/admin/subscriptions')).items,
      (items) => items.every((item) => item['lag'] === 0),
    );
    const of = (name: string): readonly Json[] => all.filter((item) => item['name'] === name);
    expect([of('send-orders'), of('welcome-letters')].map((items) => items.map((item) => item['partition']))).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ]);
    expect(all.every((item) => item['log'] === 1 && item['held_here'] === true && item['failures'] === 0)).toBe(true);
  });

  it.each(['nonsense', '1:demo:welcome-letters:portfolio-unknown', '9:other:unknown:portfolio-1'])(
    'is not to be found under %s',
    async (id) => {
      expect((await owner.post(`/v1/admin/subscriptions/parked/${encodeURIComponent(id)}/redrive`)).status).toBe(404);
      expect((await owner.delete(`/v1/admin/subscriptions/parked/${encodeURIComponent(id)}`)).status).toBe(404);
    },
  );
});
