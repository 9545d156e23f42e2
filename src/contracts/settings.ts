/** Settings by scope; the effective value comes from the narrowest scope that sets it. */
import { Command, Query } from '@nestjs/cqrs';
import type { CommandContext } from '../kernel/context';
import type { SettingValues } from './evaluation';

export type SettingScope = 'global' | 'tenant' | 'portfolio' | 'position';

export interface SettingTarget {
  readonly scope: SettingScope;
  /** Portfolio or position id; the tenant's own id at tenant scope, `global` at global scope. */
  readonly scope_id: string;
}

type SettingValue = SettingValues[string];

/** The scope's own values of one group before and after; a name that is absent is left to the wider scopes. */
export type SettingsEvent = {
  readonly type: 'SettingsChanged';
  readonly data: SettingTarget & { readonly group: string; readonly old: SettingValues; readonly new: SettingValues };
};

export interface SettingsView extends SettingTarget {
  readonly group: string;
  readonly values: SettingValues;
  readonly version: number;
}

/** Replaces the scope's own values of one group: names that are left out fall back to the wider scopes. */
export class ChangeSettings extends Command<SettingsView> {
  constructor(
    readonly context: CommandContext,
    readonly target: SettingTarget,
    readonly group: string,
    readonly values: Readonly<Record<string, unknown>>,
  ) {
    super();
  }
}

export interface SettingOrigin {
  readonly value: SettingValue;
  readonly from: SettingScope | 'default';
}

export interface EffectiveSettings {
  /** Values that differ from the product's defaults. */
  readonly overrides: SettingValues;
  /** Changes whenever any scope that counts here changes. */
  readonly config_version: string;
}

export interface SettingsOwner {
  readonly position_id: string;
  readonly portfolio_id: string;
}

/** Effective settings of many positions of one tenant at once, by position id. */
export class GetEffectiveSettings extends Query<ReadonlyMap<string, EffectiveSettings>> {
  constructor(
    readonly tenantId: string,
    readonly owners: readonly SettingsOwner[],
  ) {
    super();
  }
}

/** Every setting of one position with where it came from. */
export class ExplainSettings extends Query<Readonly<Record<string, SettingOrigin>>> {
  constructor(
    readonly tenantId: string,
    readonly owner: SettingsOwner,
  ) {
    super();
  }
}

export class GetSettings extends Query<SettingsView> {
  constructor(
    readonly tenantId: string,
    readonly target: SettingTarget,
    readonly group: string,
  ) {
    super();
  }
}
