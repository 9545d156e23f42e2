/** Own values of one scope, group by group. What is effective follows from all scopes together. */
import type { Decider } from '../kernel/decider';
import { never } from '../kernel/errors';
import type { SettingValues } from '../contracts/evaluation';
import type { SettingsEvent, SettingTarget } from '../contracts/settings';
import { SETTING_GROUPS, type SettingGroup } from '../rules/settings';

export interface ScopeSettings {
  readonly values: SettingValues;
}

export type SettingsCommand = {
  readonly type: 'ReplaceGroup';
  readonly data: SettingTarget & { readonly group: SettingGroup; readonly values: SettingValues };
};

export const settingsDecider: Decider<ScopeSettings, SettingsCommand, SettingsEvent> = {
  category: 'settings',
  initialState: { values: {} },

  decide(command, state) {
    switch (command.type) {
      case 'ReplaceGroup': {
        const { values, ...about } = command.data;
        const old = ownValues(state, about.group);
        if (sameValues(old, values)) return [];
        return [{ type: 'SettingsChanged', data: { ...about, old, new: sorted(values) } }];
      }
      default:
        return never(command.type);
    }
  },

  evolve(state, { data }) {
    const kept = Object.entries(state.values).filter(([name]) => !isInGroup(name, data.group));
    return { values: sorted({ ...Object.fromEntries(kept), ...data.new }) };
  },

  subject(_state, { data }) {
    if (data.scope === 'position') return { position_id: data.scope_id };
    return data.scope === 'portfolio' ? { portfolio_id: data.scope_id } : {};
  },
};

export const settingsStream = ({ scope, scope_id }: SettingTarget): string => `settings-${settingsId({ scope, scope_id })}`;
export const settingsId = ({ scope, scope_id }: SettingTarget): string => `${scope}:${scope_id}`;

/** The scope's own values of one group. */
export function ownValues(state: ScopeSettings, group: string): SettingValues {
  return Object.fromEntries(Object.entries(state.values).filter(([name]) => isInGroup(name, group)));
}

const isInGroup = (name: string, group: string): boolean =>
  ((SETTING_GROUPS as Readonly<Record<string, readonly string[]>>)[group] ?? []).includes(name);

const sorted = (values: SettingValues): SettingValues => Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));

const sameValues = (a: SettingValues, b: SettingValues): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
