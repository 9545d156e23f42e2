import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogHead } from '../event-store/head-witness';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';
import { HeadsEvidence } from './heads-evidence';
import { HeadsOnDisk } from './heads-folder.adapter';
import { HeadsKeeper, LARGEST_FILE } from './heads-keeper';
import { SignatureCheck, type Signer } from './signatures';
import { openSigningKey } from './signing-key.adapter';

const head = (position: number, log = 1): LogHead => ({
  log,
  position,
  chain: `chain of ${log} at ${position}`.padEnd(44, '='),
  recordedAt: '2026-11-20T14:35:00.000Z',
});

let path: string;
let folder: HeadsOnDisk;
let signer: Signer;
let check: SignatureCheck;
const clock = new VirtualClock('2026-11-20T14:35:00.000Z');
const failures: unknown[] = [];
const own = (): string => join(path, 'heads.jsonl');

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'vb-heads-')), 'vb.sqlite.heads');
  folder = HeadsOnDisk.open(path);
  signer = openSigningKey(path);
  check = SignatureCheck.of(signer.publicKey) as SignatureCheck;
  failures.length = 0;
});
afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }));

const keeperOn = (name = 'heads.jsonl'): HeadsKeeper =>
  new HeadsKeeper({ file: folder.open(name), signer, clock, timer: new VirtualTimer(clock), onFailure: (error) => failures.push(error) });
const evidence = (): HeadsEvidence => new HeadsEvidence(folder.read(), check);

describe('heads outside the database', () => {
  it('are there as soon as the commit is, and signed a second later at the latest', async () => {
    const keeper = keeperOn();
    keeper.saw([head(1)]);
    keeper.saw([head(2), head(7, 3)]);
    expect(evidence().last(1)).toMatchObject({ position: 2, signedAt: null });
    clock.advance(1_000);
    await keeper.settle();
    expect(evidence().last(1)).toMatchObject({ position: 2, signedAt: clock.now() });
    expect(evidence().last(3)).toMatchObject({ position: 7, signedAt: clock.now() });
    expect(evidence()).toMatchObject({ faults: [] });
    expect(clock.pending).toBe(0);
    await keeper.close();
  });

  it('are one signed line after an orderly end, whatever was written before', async () => {
    const keeper = keeperOn();
    for (let position = 1; position <= 500; position++) keeper.saw([head(position)]);
    await keeper.close();
    expect(readFileSync(own(), 'utf8').split('\n')).toHaveLength(2);
    expect(evidence().last(1)).toMatchObject({ position: 500, signedAt: clock.now() });
  });

  it('stay small while the log grows, and keep older signed heads, thinned out', async () => {
    const keeper = keeperOn();
    let position = 0;
    for (let second = 0; second < 60; second++) {
      for (let flush = 0; flush < 400; flush++) keeper.saw([head(++position)]);
      await keeper.settle();
      expect(statSync(own()).size).toBeLessThanOrEqual(LARGEST_FILE + 100_000);
    }
    const found = evidence();
    expect(found.faults).toEqual([]);
    expect(found.last(1)).toMatchObject({ position });
    expect(found.of(1).filter(({ signedAt }) => signedAt !== null).length).toBeGreaterThan(20);
    await keeper.close();
    expect(failures).toEqual([]);
  });

  it('are believed up to half a line that a crash cut off, and go on cleanly after it', async () => {
    const keeper = keeperOn();
    keeper.saw([head(1)]);
    await keeper.settle();
    keeper.saw([head(2)]);
    appendFileSync(own(), '{"log":1,"position":3,"cha');
    expect(evidence()).toMatchObject({ faults: [] });
    expect(evidence().last(1)?.position).toBe(2);
    appendFileSync(own(), `${'\u0000'.repeat(300)}\n`);
    expect(evidence()).toMatchObject({ faults: [] });
    const next = keeperOn();
    await next.begin([head(2)], { accepted: [], signed: evidence().signed.get('heads.jsonl') ?? [] }, false);
    next.saw([head(3)]);
    await next.close();
    expect(evidence()).toMatchObject({ faults: [] });
    expect(
      evidence()
        .of(1)
        .map(({ position }) => position),
    ).toEqual([1, 2, 3]);
  });

  it('are in doubt where a signed line, or a line before one, was changed', async () => {
    const keeper = keeperOn();
    keeper.saw([head(1)]);
    await keeper.settle();
    keeper.saw([head(2)]);
    await keeper.settle();
    const text = readFileSync(own(), 'utf8');
    const [first = '', second = ''] = text.split('\n');
    writeFileSync(own(), text.replace(first, first.replace('"position":1', '"position":9')));
    expect(evidence().faults).toEqual(['line 1 of heads.jsonl is not as it was written']);
    writeFileSync(own(), text.replace(second, second.replace('"position":1', '"position":9')));
    expect(evidence().faults).toEqual(['the signature in line 2 of heads.jsonl does not hold']);
    expect(evidence().last(1)?.position).toBe(2);
  });

  it('are in doubt where two processes saw different logs, and where another key signed', async () => {
    const [a, b] = [keeperOn('a.jsonl'), keeperOn('b.jsonl')];
    a.saw([head(5)]);
    b.saw([{ ...head(5), chain: head(6).chain }]);
    await Promise.all([a.close(), b.close()]);
    expect(evidence().faults).toEqual(['a.jsonl and b.jsonl disagree about log 1 at position 5']);
    for (const name of readdirSync(path)) if (name.endsWith('.pem')) rmSync(join(path, name));
    const other = SignatureCheck.of(openSigningKey(path).publicKey) as SignatureCheck;
    expect(new HeadsEvidence(folder.read(), other).faults[0]).toContain(
      `is signed with key ${signer.keyId}, the key of this folder is ${other.keyId}`,
    );
  });

  it('are written anew where somebody removed the file under a running process', async () => {
    const keeper = keeperOn();
    keeper.saw([head(1)]);
    await keeper.settle();
    rmSync(own());
    keeper.saw([head(2)]);
    await keeper.settle();
    expect(evidence().last(1)).toMatchObject({ position: 2, signedAt: clock.now() });
    await keeper.close();
  });

  it('do not fail a commit where they cannot be written, are complained about once, and come later', async () => {
    const gone = join(path, 'gone');
    const keeper = new HeadsKeeper({
      file: HeadsOnDisk.open(gone).open('heads.jsonl'),
      signer,
      clock,
      timer: new VirtualTimer(clock),
      onFailure: (error) => failures.push(error),
    });
    rmSync(gone, { recursive: true });
    keeper.saw([head(1)]);
    keeper.saw([head(2)]);
    await keeper.settle();
    expect(failures).toHaveLength(1);
    expect(keeper.hindrance).toContain('ENOENT');
    const back = HeadsOnDisk.open(gone);
    clock.advance(1_000);
    await keeper.settle();
    expect(keeper.hindrance).toBeNull();
    expect(new HeadsEvidence(back.read(), check).last(1)).toMatchObject({ position: 2, signedAt: clock.now() });
    await keeper.close();
  });

  it('have a private key that nobody else can read, the same at every start', () => {
    expect(statSync(join(path, 'signing-key.pem')).mode & 0o777).toBe(0o600);
    expect(openSigningKey(path).keyId).toBe(signer.keyId);
    writeFileSync(join(path, 'signing-key.pem'), 'nonsense');
    expect(() => openSigningKey(path)).toThrow(expect.objectContaining({ code: 'heads.key' }));
  });
});
