/** Twelve attacks on the log, by somebody who has the database in hands: each is found by the product's own commands, and named. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tamper } from '../stories/support/kept-store';
import { vb, type VbEnd } from '../stories/support/vb';
import { flipBit, insertCopy, rechainFrom, restoreOld, sql } from './attacks';
import { FILE, keepLog, type KeptLog, openKept } from './kept-log';

interface Attack {
  readonly name: string;
  attack(folder: string, kept: KeptLog): void;
  /** What `vb events verify` says. */
  readonly says: (kept: KeptLog) => RegExp;
  /** What a start says where it refuses: the newest head outside the database contradicts what is there. */
  readonly refusal?: (kept: KeptLog) => RegExp;
}

const damaged = (position: number, reason: string): RegExp => new RegExp(`^Log 1 is damaged from position ${position} on: ${reason}`, 'm');
const lost = (from: number, to: number): RegExp => new RegExp(`^log 1 has lost events ${from} to ${to}$`, 'm');
const refusesLoss = (from: number, to: number): RegExp =>
  new RegExp(
    `^Log 1 has lost events ${from} to ${to}: the database ends at position ${from - 1}, .* run: vb events accept-loss --log 1`,
    'm',
  );

const ATTACKS: readonly Attack[] = [
  {
    name: 'edit: an amount in an event is changed',
    attack: sql(`UPDATE events SET data = replace(data, '1', '2') WHERE position = 40`),
    says: () => damaged(40, 'hash: the event is not the one that was recorded'),
  },
  {
    name: 'delete in the middle: an event is taken out',
    attack: sql('DELETE FROM events WHERE position = 55'),
    says: () => lost(55, 55),
  },
  {
    name: 'cut the tail: the newest events are taken away',
    attack: (folder, { end }) => sql(`DELETE FROM events WHERE position > ${end - 3}`)(folder),
    says: ({ end }) => lost(end - 2, end),
    refusal: ({ end }) => refusesLoss(end - 2, end),
  },
  {
    name: 'insert: a forged event is put between two others',
    attack: sql(
      'UPDATE events SET position = -position WHERE position >= 60',
      'UPDATE events SET position = 1 - position WHERE position < 0',
      insertCopy(20, '60'),
    ),
    says: () => damaged(60, 'hash: the event is not the one that was recorded'),
    refusal: () => /^Log 1 is not the log that was written: at position \d+ it has another hash/m,
  },
  {
    name: 'swap: two events change places',
    attack: sql(
      'UPDATE events SET position = -1 WHERE position = 30',
      'UPDATE events SET position = 30 WHERE position = 31',
      'UPDATE events SET position = 31 WHERE position = -1',
    ),
    says: () => damaged(30, 'hash: the chain to the event before is broken'),
  },
  {
    name: 're-chain: an event is changed and every hash after it made anew',
    attack: rechainFrom(40),
    says: () => damaged(1, 'rewritten: an event from 1 to \\d+ was changed after its head was witnessed'),
    refusal: () => /^Log 1 is not the log that was written: at position \d+ it has another hash/m,
  },
  {
    name: 'REPLACE: an event is put in the place of another',
    attack: sql(`${insertCopy(20, '45').replace('INSERT', 'INSERT OR REPLACE')}`),
    says: () => damaged(45, 'hash: the event is not the one that was recorded'),
  },
  {
    name: 'TRUNCATE: all events are taken away',
    attack: sql('DELETE FROM events'),
    says: ({ end }) => lost(1, end),
    refusal: ({ end }) => refusesLoss(1, end),
  },
  {
    name: 'dropped trigger: the log is no longer append-only',
    attack: (folder) => tamper(join(folder, FILE), 'DROP TRIGGER events_no_delete'),
    says: () => /^trigger events_no_delete is missing$/m,
  },
  {
    name: 'flipped WAL bit: the database silently forgets its newest commits',
    attack: (folder) => flipBit(join(folder, `${FILE}-wal`), -2_000),
    says: ({ end }) => new RegExp(`^log 1 has lost events \\d+ to ${end}$`, 'm'),
    refusal: ({ end }) => new RegExp(`^Log 1 has lost events? .*${end}: the database ends at position \\d+`, 'm'),
  },
  {
    name: 'restored older file: the database is the one of some time ago',
    attack: restoreOld,
    says: ({ oldEnd, end }) => lost(oldEnd + 1, end),
    refusal: ({ oldEnd, end }) => refusesLoss(oldEnd + 1, end),
  },
];

describe('a log that somebody tampered with', () => {
  let kept: KeptLog;
  beforeAll(async () => {
    kept = await keepLog();
  }, 300_000);
  afterAll(() => kept.remove());

  const run = (folder: string, ...args: readonly string[]): Promise<VbEnd> =>
    vb(args, { folder, env: { DATABASE_URL: `sqlite:${join(folder, FILE)}`, VB_DEMO: 'false' } });
  const fails = ({ code, stderr }: VbEnd, sentence: RegExp): void => {
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  };

  it('holds before anybody touches it', async () => {
    const folder = kept.copy();
    expect(statSync(join(folder, `${FILE}-wal`)).size).toBeGreaterThan(10_000);
    expect(existsSync(join(folder, `${FILE}.heads`, 'signing-key.pem'))).toBe(true);
    const { code, stderr } = await run(folder, 'events', 'verify');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(ATTACKS)('is found out: $name', async ({ attack, says, refusal }) => {
    const folder = kept.copy();
    attack(folder, kept);
    fails(await run(folder, 'events', 'verify'), says(kept));
    if (refusal) await expect(openKept(folder)).rejects.toThrow(refusal(kept));
    else await (await openKept(folder)).opened.close();
  });

  it('is found out: projection edit: a read table says something else than the log', async () => {
    const folder = kept.copy();
    tamper(join(folder, FILE), `UPDATE trades SET executed_at = '2001-01-01T00:00:00.000Z'`);
    fails(await run(folder, 'projections', 'verify'), /^changed: trades \{.*\} executed_at live "2001-01-01T00:00:00.000Z" expected "/m);
    expect((await run(folder, 'events', 'verify')).code).toBe(0);
  });

  it('goes on after a loss that somebody accepted: in the log, signed, and with the old heads kept', async () => {
    const folder = kept.copy();
    restoreOld(folder, kept);
    const { oldEnd, end } = kept;
    fails(await run(folder, 'events', 'accept-loss', '--log', '2', '--reason', 'x'), /^Log 2 has lost nothing/m);
    const accepted = await run(folder, 'events', 'accept-loss', '--log', '1', '--reason', 'disk broke, agreed with the auditor');
    expect(accepted).toMatchObject({ code: 0, stderr: '' });
    expect(accepted.stdout).toContain(`Log 1 goes on from position ${oldEnd}; what was signed of it before ended at ${end}.`);
    const archive = /kept in (\S+)\./.exec(accepted.stdout)?.[1] ?? '';
    expect(existsSync(join(archive, 'heads.jsonl'))).toBe(true);
    const verified = await run(folder, 'events', 'verify', '--json');
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(verified.stdout)).toMatchObject({ isIntact: true, events: oldEnd + 1 });
    expect((await run(folder, 'projections', 'verify')).code).toBe(0);
    fails(await run(folder, 'events', 'accept-loss', '--log', 'all', '--reason', 'x'), /^No log has lost anything/m);
  });
});
