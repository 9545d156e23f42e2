/** Simulation jobs and their runs. A job belongs to whoever holds its lease; results are found again by what they were computed from. */
import { type Clock, epochMs, later } from '../kernel/clock';
import { DomainError, NotFoundError } from '../kernel/errors';
import type { Ids } from '../kernel/ids';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { Sql } from '../platform/database/sql';
import type { Cell, Row } from '../platform/event-store/row-write';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import type { RunResult } from './run-result';
import type { JobRequest } from './simulation-request';
import type { RunDetails } from './simulation-task';

export type JobStatus = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';
export const JOB_STATUSES: readonly JobStatus[] = ['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'];

export interface JobView {
  readonly id: string;
  readonly kind: string;
  readonly status: JobStatus;
  readonly request: JobRequest;
  /** Runs computed so far, of so many. */
  readonly done: number;
  readonly total: number;
  /** Runs that were found, not computed. */
  readonly cached: number;
  /** Seconds that the rest will take at the speed so far; null before the first run is done and after the last. */
  readonly remaining_seconds: number | null;
  readonly error: string | null;
  readonly summary: Readonly<Record<string, unknown>> | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface StoredRun {
  readonly seq: number;
  readonly run_id: string;
  readonly hash: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: RunResult;
}

export interface ClaimedJob {
  readonly log: number;
  readonly tenantId: string;
  readonly id: string;
  readonly request: JobRequest;
}

export const LEASE_MS = 10_000;

export class JobTable {
  constructor(
    private readonly sql: Sql,
    private readonly tables: TenantTables,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async add(tenantId: string, request: JobRequest, total: number): Promise<JobView> {
    const log = await this.logs.of(tenantId);
    const id = this.ids.next();
    const now = this.clock.now();
    await this.sql.write(
      `INSERT INTO simulation_jobs (log, tenant_id, job_id, kind, status, request, done, total, cached, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'QUEUED', ?, 0, ?, 0, ?, ?)`,
      [log, tenantId, id, request.kind, JSON.stringify(request), total, now, now],
    );
    return this.get(tenantId, request.kind, id);
  }

  list(tenantId: string, kind: string, page: PageDto): Promise<Page<JobView>> {
    const list = { table: 'simulation_jobs', tenantId, time: 'created_at', id: 'job_id', newestFirst: true, equal: { kind } };
    return readTablePage(this.tables, list, page, (row) => this.viewOf(row));
  }

  /** Throws NotFoundError. */
  async get(tenantId: string, kind: string, id: string): Promise<JobView> {
    const read = 'SELECT * FROM simulation_jobs WHERE log = ? AND tenant_id = ? AND job_id = ? AND kind = ?';
    const [row] = await this.tables.read(tenantId, read, [id, kind]);
    if (!row) throw new NotFoundError(kind);
    return this.viewOf(row);
  }

  /** Throws NotFoundError, and DomainError where the job has ended. */
  async cancel(tenantId: string, kind: string, id: string): Promise<JobView> {
    const { status } = await this.get(tenantId, kind, id);
    if (status !== 'QUEUED' && status !== 'RUNNING') {
      throw new DomainError('simulation.ended', `This ${kind} is ${status} already; there is nothing to cancel`);
    }
    await this.move(tenantId, id, 'CANCELLED', ['QUEUED', 'RUNNING']);
    return this.get(tenantId, kind, id);
  }

  /** Goes on where a cancelled or failed job stopped: what it has computed is kept. */
  async resume(tenantId: string, kind: string, id: string): Promise<JobView> {
    const { status } = await this.get(tenantId, kind, id);
    if (status !== 'CANCELLED' && status !== 'FAILED') {
      throw new DomainError('simulation.not_stopped', `This ${kind} is ${status}; only what was cancelled or has failed can be resumed`);
    }
    await this.move(tenantId, id, 'QUEUED', ['CANCELLED', 'FAILED']);
    return this.get(tenantId, kind, id);
  }

  private async move(tenantId: string, id: string, to: JobStatus, from: readonly JobStatus[]): Promise<void> {
    const now = this.clock.now();
    await this.sql.write(
      `UPDATE simulation_jobs SET status = ?, lease_owner = NULL, lease_until = NULL, error = NULL, updated_at = ?, finished_at = ?
       WHERE log = ? AND tenant_id = ? AND job_id = ? AND status IN (${from.map(() => '?').join(', ')})`,
      [to, now, to === 'QUEUED' ? null : now, await this.logs.of(tenantId), tenantId, id, ...from],
    );
  }

  /** The oldest job that nobody works on, or whose worker has not been heard of for a lease's length. */
  async claim(owner: string): Promise<ClaimedJob | null> {
    const now = this.clock.now();
    const free = `((status = 'QUEUED') OR (status = 'RUNNING' AND (lease_until IS NULL OR lease_until < ?)))`;
    const [found] = await this.sql.read(
      `SELECT log, tenant_id, job_id FROM simulation_jobs WHERE status IN ('QUEUED', 'RUNNING') AND ${free} ORDER BY created_at, job_id LIMIT 1`,
      [now],
    );
    if (!found) return null;
    const key: readonly Cell[] = [found['log'] ?? null, found['tenant_id'] ?? null, found['job_id'] ?? null];
    const [row] = await this.sql.write(
      `UPDATE simulation_jobs SET status = 'RUNNING', lease_owner = ?, lease_until = ?, started_at = ?, updated_at = ?
       WHERE log = ? AND tenant_id = ? AND job_id = ? AND ${free} RETURNING log, tenant_id, job_id, request`,
      [owner, later(now, LEASE_MS), now, now, ...key, now],
    );
    if (!row) return null;
    const request = JSON.parse(String(row['request'])) as JobRequest;
    return { log: Number(row['log']), tenantId: String(row['tenant_id']), id: String(row['job_id']), request };
  }

  /** False where the job is no longer ours: it was cancelled, or another worker has taken it over. */
  async progress(job: ClaimedJob, owner: string, done: number, total: number, cached: number): Promise<boolean> {
    const now = this.clock.now();
    const rows = await this.sql.write(
      `UPDATE simulation_jobs SET done = ?, total = ?, cached = ?, lease_until = ?, updated_at = ?
       WHERE log = ? AND tenant_id = ? AND job_id = ? AND lease_owner = ? AND status = 'RUNNING' RETURNING job_id`,
      [done, total, cached, later(now, LEASE_MS), now, job.log, job.tenantId, job.id, owner],
    );
    return rows.length > 0;
  }

  async finish(
    job: ClaimedJob,
    owner: string,
    end: { readonly status: JobStatus; readonly error?: string; readonly summary?: object },
  ): Promise<void> {
    const now = this.clock.now();
    await this.sql.write(
      `UPDATE simulation_jobs SET status = ?, error = ?, summary = ?, lease_owner = NULL, lease_until = NULL, updated_at = ?, finished_at = ?
       WHERE log = ? AND tenant_id = ? AND job_id = ? AND lease_owner = ? AND status = 'RUNNING'`,
      [end.status, end.error ?? null, end.summary ? JSON.stringify(end.summary) : null, now, now, job.log, job.tenantId, job.id, owner],
    );
  }

  /** Stops working on it without ending it: the next worker goes on at once. */
  async release(job: ClaimedJob, owner: string): Promise<void> {
    await this.sql.write(
      `UPDATE simulation_jobs SET status = 'QUEUED', lease_owner = NULL, lease_until = NULL, updated_at = ?
       WHERE log = ? AND tenant_id = ? AND job_id = ? AND lease_owner = ? AND status = 'RUNNING'`,
      [this.clock.now(), job.log, job.tenantId, job.id, owner],
    );
  }

  /** Stored once per job and number: a run that was computed twice has the same result. */
  async addRun(
    job: Pick<ClaimedJob, 'log' | 'tenantId' | 'id'>,
    run: StoredRun,
    details: RunDetails | null,
    parts: readonly string[],
  ): Promise<void> {
    const { log, tenantId, id } = job;
    for (const [part, data] of parts.entries()) {
      await this.sql.write(
        `INSERT INTO simulation_run_parts (log, tenant_id, run_id, part, data) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (log, tenant_id, run_id, part) DO NOTHING`,
        [log, tenantId, run.run_id, part, data],
      );
    }
    const cells: readonly Cell[] = [
      JSON.stringify(run.parameters),
      JSON.stringify(run.result),
      details && JSON.stringify(details),
      this.clock.now(),
    ];
    await this.sql.write(
      `INSERT INTO simulation_runs (log, tenant_id, job_id, seq, run_id, hash, parameters, result, details, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log, tenant_id, job_id, seq) DO NOTHING`,
      [log, tenantId, id, run.seq, run.run_id, run.hash, ...cells],
    );
  }

  async runs(tenantId: string, jobId: string): Promise<readonly StoredRun[]> {
    const read =
      'SELECT seq, run_id, hash, parameters, result FROM simulation_runs WHERE log = ? AND tenant_id = ? AND job_id = ? ORDER BY seq';
    return (await this.tables.read(tenantId, read, [jobId])).map(storedRun);
  }

  /** A run of any job that was computed from the same data, code and parameters. */
  async known(tenantId: string, hash: string, withDetails: boolean): Promise<(StoredRun & { readonly details: RunDetails | null }) | null> {
    const read = `SELECT * FROM simulation_runs WHERE log = ? AND tenant_id = ? AND hash = ? ${withDetails ? 'AND details IS NOT NULL' : ''} LIMIT 1`;
    const [row] = await this.tables.read(tenantId, read, [hash]);
    return row ? { ...storedRun(row), details: detailsOf(row) } : null;
  }

  /** Throws NotFoundError. */
  async run(tenantId: string, runId: string): Promise<StoredRun & { readonly details: RunDetails | null; readonly job_id: string }> {
    const read = 'SELECT * FROM simulation_runs WHERE log = ? AND tenant_id = ? AND run_id = ? LIMIT 1';
    const [row] = await this.tables.read(tenantId, read, [runId]);
    if (!row) throw new NotFoundError('run');
    return { ...storedRun(row), details: detailsOf(row), job_id: String(row['job_id']) };
  }

  async runParts(tenantId: string, runId: string): Promise<readonly string[]> {
    const read = 'SELECT data FROM simulation_run_parts WHERE log = ? AND tenant_id = ? AND run_id = ? ORDER BY part';
    return (await this.tables.read(tenantId, read, [runId])).map(({ data }) => String(data));
  }

  private viewOf(row: Row): JobView {
    const text = (name: string): string | null => (row[name] === null || row[name] === undefined ? null : String(row[name]));
    const [done, total, cached, started] = [Number(row['done']), Number(row['total']), Number(row['cached']), text('started_at')];
    const summary = text('summary');
    return {
      id: String(row['job_id']),
      kind: String(row['kind']),
      status: String(row['status']) as JobStatus,
      request: JSON.parse(String(row['request'])) as JobRequest,
      done,
      total,
      cached,
      remaining_seconds:
        row['status'] === 'RUNNING' && started
          ? remaining(epochMs(this.clock.now()) - epochMs(started), done - cached, total - done)
          : null,
      error: text('error'),
      summary: summary === null ? null : (JSON.parse(summary) as Readonly<Record<string, unknown>>),
      created_at: String(row['created_at']),
      started_at: started,
      finished_at: text('finished_at'),
    };
  }
}

const remaining = (elapsedMs: number, computed: number, left: number): number | null =>
  computed <= 0 ? null : Math.ceil((elapsedMs / computed) * left) / 1_000;

const storedRun = (row: Row): StoredRun => ({
  seq: Number(row['seq']),
  run_id: String(row['run_id']),
  hash: String(row['hash']),
  parameters: JSON.parse(String(row['parameters'])) as Readonly<Record<string, string>>,
  result: JSON.parse(String(row['result'])) as RunResult,
});

const detailsOf = (row: Row): RunDetails | null =>
  row['details'] === null || row['details'] === undefined ? null : (JSON.parse(String(row['details'])) as RunDetails);
