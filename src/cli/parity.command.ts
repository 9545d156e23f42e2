/** `vb parity`: a recorded range of a live position, decided again by the engine, and every decision compared. */
import type { Command } from 'commander';
import { InputError } from '../kernel/errors';
import { compareWithLive, type ParityReport } from '../simulation/live-parity';
import { RecordedMarket } from '../simulation/recorded-market';
import { type Console, table } from './console';
import { withApp } from './store-session';

interface ParityFlags {
  readonly position: string;
  readonly tenant: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export function addParityCommand(program: Command, console: Console): void {
  program
    .command('parity')
    .description('decide a recorded range of a position again in the engine and name every decision that differs')
    .requiredOption('--position <id>', 'id of the position')
    .option('--tenant <id>', 'its tenant', 'demo')
    .option('--from <instant>', 'only evaluations at or after it')
    .option('--to <instant>', 'only evaluations before it')
    .option('--json', 'print JSON')
    .action(async (flags: ParityFlags) => {
      const report = await withApp(({ nest }) => reportOf(nest.get(RecordedMarket, { strict: false }), flags));
      console.print(flags.json ? JSON.stringify(report) : describe(report));
      if (report.differences.length > 0) console.fail('The engine decides differently from what was recorded; the differences are above.');
    });
}

async function reportOf(market: RecordedMarket, { tenant, position, from, to }: ParityFlags): Promise<ParityReport> {
  const all = await market.evaluations(tenant, position);
  const chosen = all.filter(({ data: { evaluated_at: at } }) => (from === undefined || at >= from) && (to === undefined || at < to));
  if (chosen.length === 0) throw new InputError('parity.nothing', '--position', 'a position with evaluations in the range', position);
  const changes = await market.positionEvents(tenant, position);
  return compareWithLive(
    chosen,
    changes.map(({ position: at, type }) => ({ position: at, type })),
  );
}

function describe({ evaluations, orders, differences, resynced }: ParityReport): string {
  const counts = [
    ['evaluations', String(evaluations)],
    ['orders', String(orders)],
    ['differences', String(differences.length)],
    ['resynced', String(resynced.length)],
  ];
  const rows = differences.map(({ at, field, live, simulated }) => [at, field, live ?? '–', simulated ?? '–']);
  const why = resynced.map(({ at, because }) => [at, because]);
  return [
    table(counts),
    ...(rows.length > 0 ? ['', table([['at', 'field', 'live', 'engine'], ...rows])] : []),
    ...(why.length > 0 ? ['', table(why)] : []),
  ].join('\n');
}
