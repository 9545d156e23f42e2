import { later } from '../kernel/clock';
import { systemContext } from '../kernel/context';
import { CountingIds } from '../kernel/ids';
import type { TickCounts } from '../contracts/tick';
import { OneLog } from '../platform/event-store/tenant-logs';
import { openScratchStore, type ScratchStore } from '../platform/projections/scratch-store.spec-support';
import { SystemTimer } from '../platform/time/system-timer.adapter';
import type { Timer } from '../platform/time/timer.port';
import { VirtualTimer } from '../platform/time/virtual-clock';
import { SharedTick } from './shared-tick';
import { NOTHING_DONE, type TickShare } from './tick-sharing';

const TICK = '2026-11-20T14:35:00.000Z';
const owner = systemContext('system', 'scheduler', TICK);
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `p${String(index).padStart(3, '0')}`);
const allDone = ({ positionIds }: TickShare): TickCounts => ({ ...NOTHING_DONE, evaluated: positionIds.length, holds: positionIds.length });

describe('a tick that several processes run', () => {
  let scratch: ScratchStore;
  let timer: VirtualTimer;
  beforeEach(async () => {
    scratch = await openScratchStore();
    timer = new VirtualTimer(scratch.clock);
  });
  afterEach(() => scratch.close());

  const process = (name: string, waiting: Timer = timer): SharedTick =>
    new SharedTick(scratch.sql, new OneLog(), scratch.clock, waiting, new CountingIds(name));

  /** A process that begins a share and never comes back. */
  async function die(name: string, positions: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const begun = new Promise<void>((begin) => {
      void process(name).run(owner, TICK, positions, () => {
        begin();
        return new Promise<TickCounts>(() => undefined);
      });
    });
    await begun;
  }

  it('evaluates each position in one process, every process with a share of them', async () => {
    const seen: string[] = [];
    const workers = new Set<string>();
    const run = (name: string) =>
      process(name, new SystemTimer()).run(owner, TICK, { a: names(70), b: names(30) }, async (share) => {
        workers.add(name);
        seen.push(...share.positionIds.map((id) => `${share.tenantId}/${id}`));
        await new Promise<void>((resolve) => setImmediate(resolve));
        return allDone(share);
      });
    const counts = await Promise.all(['one', 'two', 'three', 'four'].map(run));
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
    expect(workers.size).toBeGreaterThan(1);
    for (const count of counts) expect(count).toMatchObject({ evaluated: 100, holds: 100, failed: 0 });
  });

  it('takes over what a dead process held once its claim has run out', async () => {
    await die('dead', { a: names(40) });
    const evaluated: string[] = [];
    const survivor = process('alive').run(owner, TICK, { a: names(40) }, async (share) => {
      evaluated.push(...share.positionIds);
      return allDone(share);
    });
    for (let passed = 0; evaluated.length < 40; passed += 1_000) {
      if (passed > 20_000) throw new Error('the share of the dead process is not taken over');
      scratch.clock.set(later(scratch.clock.now(), 1_000));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(await survivor).toMatchObject({ evaluated: 40 });
    expect([...evaluated].sort()).toEqual(names(40));
  });

  it('leaves failed positions to the next try of the same tick, and does not try them for ever', async () => {
    let tries = 0;
    const failing = async (share: TickShare): Promise<TickCounts> => {
      tries += 1;
      return { ...NOTHING_DONE, failed: share.positionIds.length };
    };
    expect(await process('one').run(owner, TICK, { a: names(3) }, failing)).toMatchObject({ failed: 3 });
    expect(tries).toBe(1);
    expect(await process('two').run(owner, TICK, { a: names(3) }, async (share) => allDone(share))).toMatchObject({
      evaluated: 3,
      failed: 0,
    });
    expect(await process('three').run(owner, TICK, { a: names(3) }, failing)).toMatchObject({ evaluated: 3, failed: 0 });
  });
});
