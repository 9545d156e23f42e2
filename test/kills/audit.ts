/** Holds the store's file against what was acknowledged and against its own events, from outside the program and read-only. */
import { join } from 'node:path';
import { loadSqliteDriver, type SqliteConnection } from '../../src/platform/database/sqlite-driver';
import type { Journal, Movement, OrderCall, TickCall } from './journal';
import { type EventRow, Ledger, units } from './ledger';

const TENANT = 'demo';
const ENDED = `'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'SKIPPED'`;

/** A second reader of the file: the server may go on. */
export class StoreFile {
  private readonly connection: SqliteConnection;

  constructor(folder: string) {
    const Driver = loadSqliteDriver();
    this.connection = new Driver(join(folder, 'vb.sqlite'), { readonly: true });
  }

  count(query: string): number {
    return this.connection.prepare<unknown[]>(query).pluck().get() as number;
  }

  rows(query: string): readonly Readonly<Record<string, unknown>>[] {
    return this.connection.prepare<unknown[]>(query).all() as readonly Readonly<Record<string, unknown>>[];
  }

  /** All looks of `look` see one state. */
  atOnce<Result>(look: () => Result): Result {
    return this.connection.transaction(look)();
  }

  /** No order is under way and no message waits. */
  isQuiet(): boolean {
    return (
      this.count(`SELECT count(*) FROM orders WHERE status NOT IN (${ENDED})`) === 0 &&
      this.count('SELECT count(*) FROM queue_messages') === 0
    );
  }

  describeWork(): string {
    const orders = this.rows(`SELECT order_id, status FROM orders WHERE status NOT IN (${ENDED})`);
    const messages = this.rows('SELECT id, status, attempts, available_at, last_error FROM queue_messages');
    return JSON.stringify({ orders, messages });
  }

  close(): void {
    this.connection.close();
  }
}

export interface Audited {
  readonly events: number;
  readonly trades: number;
  readonly evaluations: number;
  /** Sentences; empty where everything is as it must be. */
  readonly faults: readonly string[];
}

/** For a store on which nothing is under way and every request has its answer. */
export function audit(file: StoreFile, journal: Journal): Audited {
  return file.atOnce(() => {
    const events = file.rows(
      `SELECT stream, type, position_id, unique_key, data FROM events WHERE tenant_id = '${TENANT}' ORDER BY position`,
    ) as unknown as readonly EventRow[];
    const ledger = new Ledger(events);
    const faults = [
      ...ledger.faults,
      ...journal.movements.flatMap((movement) => faultsOfMovement(movement, ledger)),
      ...journal.ticks.flatMap((tick) => faultsOfTick(tick, ledger)),
      ...faultsOfOrders(journal.orders, ledger),
      ...faultsOfQuotes(journal, file),
      ...faultsOfTables(ledger, file),
      ...orphans(ledger, file),
    ];
    const evaluations = [...ledger.evaluations.values()].reduce((sum, counts) => sum + counts.size, 0);
    return { events: events.length, trades: ledger.trades, evaluations, faults };
  });
}

const once = (is: number, outcome: string): boolean => is === (outcome === 'acknowledged' ? 1 : 0);

function faultsOfMovement({ kind, positionId, amount, outcome }: Movement, ledger: Ledger): readonly string[] {
  const times = ledger.movements.get(`${kind} ${positionId} ${amount}`) ?? 0;
  return once(times, outcome) ? [] : [`${kind} of ${amount} to ${positionId}: ${outcome}, and ${times} times in the log`];
}

function faultsOfTick({ tickId, outcome }: TickCall, ledger: Ledger): readonly string[] {
  const covered = ledger.started.get(tickId) ?? [];
  const completed = ledger.completed.get(tickId) ?? 0;
  const missing = covered.filter((id) => ledger.evaluations.get(tickId)?.get(id) !== 1);
  const isRight = outcome === 'acknowledged' ? completed === 1 && covered.length > 0 && missing.length === 0 : covered.length === 0;
  return isRight
    ? []
    : [`tick ${tickId}: ${outcome}, ${covered.length} covered, ${missing.length} not evaluated once, completed ${completed} times`];
}

function faultsOfOrders(calls: readonly OrderCall[], ledger: Ledger): readonly string[] {
  const byKey = new Map<string, string[]>();
  for (const [id, { dedupeKey }] of ledger.orders) byKey.set(dedupeKey, [...(byKey.get(dedupeKey) ?? []), id]);
  const doubles = [...byKey].flatMap(([key, ids]) => (ids.length > 1 ? [`${key} became ${ids.length} orders`] : []));
  const lost = calls.flatMap(({ key, outcome, orderId }) => {
    const ids = byKey.get(key) ?? [];
    const isRight = once(ids.length, outcome) && (ids[0] ?? null) === orderId;
    return isRight ? [] : [`order ${key}: ${outcome} as ${orderId ?? 'nothing'}, in the log as ${ids.join(', ') || 'nothing'}`];
  });
  return [...doubles, ...lost];
}

function faultsOfQuotes({ quotes }: Journal, file: StoreFile): readonly string[] {
  const kept = new Map(
    file
      .rows('SELECT i.symbol, max(q.ts) AS ts FROM pushed_quotes q JOIN instruments i USING (instrument_id) GROUP BY i.symbol')
      .map(({ symbol, ts }) => [String(symbol), String(ts)]),
  );
  return [...quotes].flatMap(([symbol, ts]) => ((kept.get(symbol) ?? '') >= ts ? [] : [`the quote of ${symbol} at ${ts} is lost`]));
}

/** The read tables say what the events say, counted anew. */
function faultsOfTables(ledger: Ledger, file: StoreFile): readonly string[] {
  const faults: string[] = [];
  const rows = file.rows('SELECT position_id, state FROM positions');
  if (rows.length !== ledger.positions.size) faults.push(`${rows.length} positions in the table, ${ledger.positions.size} in the log`);
  for (const { position_id: id, state } of rows) {
    const { qty, cash, total_commission_paid, reservation } = JSON.parse(String(state)) as Readonly<Record<string, unknown>>;
    const counted = ledger.positions.get(String(id));
    if (units(cash) !== counted?.cash)
      faults.push(`position ${String(id)} has cash ${String(cash)}, its movements and trades say otherwise`);
    if (units(qty) !== counted?.qty) faults.push(`position ${String(id)} has qty ${String(qty)}, its trades say otherwise`);
    if (units(total_commission_paid) !== counted?.commission) faults.push(`position ${String(id)} paid another commission than its trades`);
    if (reservation !== null) faults.push(`position ${String(id)} reserves for an order that has ended`);
  }
  const trades = file.count('SELECT count(*) FROM trades');
  if (trades !== ledger.trades) faults.push(`${trades} trades in the table, ${ledger.trades} in the log`);
  return faults;
}

function orphans({ orders }: Ledger, file: StoreFile): readonly string[] {
  const unended = [...orders].flatMap(([id, { isEnded }]) => (isEnded ? [] : [`order ${id} never ended`]));
  return file.isQuiet() ? unended : [...unended, 'orders or messages are under way on a store that nobody works on'];
}
