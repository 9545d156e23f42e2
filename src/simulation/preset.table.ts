/** Configurations by name: those that come with the product, and those that a tenant saved. */
import type { Clock } from '../kernel/clock';
import { DomainError, NotFoundError } from '../kernel/errors';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { Sql } from '../platform/database/sql';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import { settingsFrom } from './simulation-request';

export interface PresetView {
  readonly name: string;
  readonly built_in: boolean;
  readonly config: Readonly<Record<string, unknown>>;
}

const BUILT_IN: Readonly<Record<string, PresetView['config']>> = {
  default: {},
  calm: { up_threshold_pct: '5', down_threshold_pct: '5', rebalance_ratio: '1' },
  eager: { up_threshold_pct: '1', down_threshold_pct: '1', rebalance_ratio: '0.5' },
  'half-and-half': { order_sizing_strategy: 'target_allocation', target_stock_pct: '50' },
};

export class PresetTable {
  constructor(
    private readonly sql: Sql,
    private readonly tables: TenantTables,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
  ) {}

  async list(tenantId: string): Promise<readonly PresetView[]> {
    const rows = await this.tables.read(
      tenantId,
      'SELECT name, config FROM simulation_presets WHERE log = ? AND tenant_id = ? ORDER BY name',
    );
    return [...builtIn(), ...rows.map(({ name, config }) => saved(String(name), String(config)))];
  }

  /** Throws NotFoundError. */
  async get(tenantId: string, name: string): Promise<PresetView> {
    const own = builtIn().find((preset) => preset.name === name);
    if (own) return own;
    const read = 'SELECT name, config FROM simulation_presets WHERE log = ? AND tenant_id = ? AND name = ?';
    const [row] = await this.tables.read(tenantId, read, [name]);
    if (!row) throw new NotFoundError('preset');
    return saved(name, String(row['config']));
  }

  /** Throws InputError naming a setting that is wrong, DomainError for the name of a built-in one. */
  async save(tenantId: string, name: string, config: PresetView['config']): Promise<PresetView> {
    if (name in BUILT_IN) throw new DomainError('preset.built_in', `${name} comes with the product and stays as it is; take another name`);
    settingsFrom(config);
    const now = this.clock.now();
    await this.sql.write(
      `INSERT INTO simulation_presets (log, tenant_id, name, config, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (log, tenant_id, name) DO UPDATE SET config = excluded.config, updated_at = excluded.updated_at`,
      [await this.logs.of(tenantId), tenantId, name, JSON.stringify(config), now, now],
    );
    return { name, built_in: false, config };
  }
}

const builtIn = (): readonly PresetView[] => Object.entries(BUILT_IN).map(([name, config]) => ({ name, built_in: true, config }));

const saved = (name: string, config: string): PresetView => ({ name, built_in: false, config: JSON.parse(config) as PresetView['config'] });
