/** What holds for a position: the product's default, overridden by global, tenant, portfolio and position scope in this order. */
import { SYSTEM_TENANT } from '../kernel/context';
import { DEFAULT_SETTINGS_TEXT } from '../rules/settings';
import type { SettingValues } from '../contracts/evaluation';
import type { EffectiveSettings, SettingOrigin, SettingScope, SettingsOwner } from '../contracts/settings';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { ScopeSettings } from './settings.decider';
import { settingsProjection } from './settings.projection';

interface ScopeValues {
  readonly scope: SettingScope;
  readonly values: SettingValues;
  readonly version: number;
}

const DEFAULTS = DEFAULT_SETTINGS_TEXT as unknown as SettingValues;

export class EffectiveSettingsReader {
  constructor(private readonly tables: TenantTables) {}

  /** All scopes of a tenant by `scope:id`, the global one included: two reads for any number of positions. */
  private async scopes(tenantId: string): Promise<ReadonlyMap<string, ScopeValues>> {
    const [own, global] = await Promise.all([
      this.tables.read(tenantId, 'SELECT * FROM settings WHERE log = ? AND tenant_id = ?'),
      this.tables.read(SYSTEM_TENANT, `SELECT * FROM settings WHERE log = ? AND tenant_id = ? AND target = 'global:global'`),
    ]);
    return new Map(
      [...own, ...global].map((row) => {
        const target = String(row['target']);
        const { state, version } = settingsProjection.fromRow(row);
        const scope = target.slice(0, target.indexOf(':')) as SettingScope;
        return [target, { scope, values: (state as ScopeSettings).values, version }];
      }),
    );
  }

  async forPositions(tenantId: string, owners: readonly SettingsOwner[]): Promise<ReadonlyMap<string, EffectiveSettings>> {
    const scopes = await this.scopes(tenantId);
    const shared = new Map<string, EffectiveSettings>();
    return new Map(owners.map((owner) => [owner.position_id, this.effective(tenantId, owner, scopes, shared)]));
  }

  /** `without` leaves a scope's values of some names out: what would hold if it did not set them. */
  async explain(
    tenantId: string,
    owner: SettingsOwner,
    without?: { readonly scope: SettingScope; readonly names: readonly string[] },
  ): Promise<Readonly<Record<string, SettingOrigin>>> {
    const explained: Record<string, SettingOrigin> = {};
    for (const [name, value] of Object.entries(DEFAULTS)) explained[name] = { value, from: 'default' };
    for (const { scope, values } of chain(tenantId, owner, await this.scopes(tenantId))) {
      for (const [name, value] of Object.entries(values)) {
        if (!(without?.scope === scope && without.names.includes(name))) explained[name] = { value, from: scope };
      }
    }
    return explained;
  }

  /** Positions without settings of their own share one result. */
  private effective(
    tenantId: string,
    owner: SettingsOwner,
    scopes: ReadonlyMap<string, ScopeValues>,
    shared: Map<string, EffectiveSettings>,
  ): EffectiveSettings {
    const applied = chain(tenantId, owner, scopes);
    const config_version = applied.map(({ scope, version }) => `${scope}@${version}`).join(' ') || 'default';
    const own = applied.some(({ scope }) => scope === 'position' || scope === 'portfolio');
    const known = own ? undefined : shared.get(config_version);
    if (known) return known;
    const overrides: Record<string, SettingValues[string]> = {};
    for (const { values } of applied) Object.assign(overrides, values);
    for (const [name, value] of Object.entries(overrides)) if (DEFAULTS[name] === value) delete overrides[name];
    const effective = { overrides, config_version };
    if (!own) shared.set(config_version, effective);
    return effective;
  }
}

function chain(tenantId: string, owner: SettingsOwner, scopes: ReadonlyMap<string, ScopeValues>): readonly ScopeValues[] {
  const targets = ['global:global', `tenant:${tenantId}`, `portfolio:${owner.portfolio_id}`, `position:${owner.position_id}`];
  return targets.flatMap((target) => scopes.get(target) ?? []);
}
