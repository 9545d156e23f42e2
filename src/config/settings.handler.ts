/** Changes of settings: validated against their own ranges and against the scopes they build on. */
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { SYSTEM_TENANT } from '../kernel/context';
import { InputError, NotFoundError } from '../kernel/errors';
import { DEFAULT_SETTINGS_TEXT, parseSettings, SETTING_GROUPS, type SettingGroup, type SettingsText } from '../rules/settings';
import { checkSettings, validateSettings } from '../rules/settings-validation';
import type { SettingValues } from '../contracts/evaluation';
import {
  ChangeSettings,
  type EffectiveSettings,
  ExplainSettings,
  GetEffectiveSettings,
  GetSettings,
  type SettingOrigin,
  type SettingsView,
  type SettingTarget,
} from '../contracts/settings';
import { StreamRunner } from '../platform/streams/stream-runner';
import { EffectiveSettingsReader } from './effective-settings';
import { ownValues, type ScopeSettings, settingsStream } from './settings.decider';

const GROUPS = Object.keys(SETTING_GROUPS) as readonly SettingGroup[];

function groupOf(text: string): SettingGroup {
  const group = GROUPS.find((name) => name === text);
  if (!group) throw new InputError('config.unknown_group', 'group', `one of ${GROUPS.join(', ')}`, text);
  return group;
}

/** Global settings live in the reserved tenant. */
const tenantOf = (tenantId: string, target: SettingTarget): string => (target.scope === 'global' ? SYSTEM_TENANT : tenantId);

@CommandHandler(ChangeSettings)
export class ChangeSettingsHandler implements ICommandHandler<ChangeSettings> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly effective: EffectiveSettingsReader,
  ) {}

  async execute({ context, target, group: name, values }: ChangeSettings): Promise<SettingsView> {
    const group = groupOf(name);
    if (group === 'commission-rates' && (target.scope === 'position' || target.scope === 'portfolio')) {
      throw new InputError('config.scope', 'scope', 'global or tenant for commission-rates', target.scope);
    }
    const tenantId = tenantOf(context.tenantId, target);
    const portfolioId = await this.portfolioOf(tenantId, target);
    const valid = validateSettings(values, SETTING_GROUPS[group]) as SettingValues;
    await this.checkTogether(tenantId, target, portfolioId, group, valid);
    const stream = settingsStream(target);
    const view = (state: ScopeSettings, version: number): SettingsView => ({ ...target, group, values: ownValues(state, group), version });
    const command = { type: 'ReplaceGroup', data: { ...target, group, values: valid } };
    await this.streams.run({ ...context, tenantId }, [{ stream, command }], {
      respond: (state) => {
        const { state: settings, version } = state<ScopeSettings>(stream);
        return view(settings, version);
      },
    });
    const now = await this.streams.load<ScopeSettings>(tenantId, stream);
    return view(now?.state ?? { values: {} }, now?.version ?? 0);
  }

  private async portfolioOf(tenantId: string, { scope, scope_id }: SettingTarget): Promise<string> {
    if (scope !== 'portfolio' && scope !== 'position') return '';
    const found = await this.streams.load<{ readonly portfolio_id?: string }>(tenantId, `${scope}-${scope_id}`);
    if (!found) throw new NotFoundError(scope);
    return scope === 'portfolio' ? scope_id : (found.state.portfolio_id ?? '');
  }

  /** The values as they will hold at this scope must make sense together. */
  private async checkTogether(
    tenantId: string,
    target: SettingTarget,
    portfolioId: string,
    group: SettingGroup,
    values: SettingValues,
  ): Promise<void> {
    const owner = { position_id: target.scope === 'position' ? target.scope_id : '', portfolio_id: portfolioId };
    const explained = await this.effective.explain(tenantId, owner, { scope: target.scope, names: SETTING_GROUPS[group] });
    const inherited = Object.fromEntries(Object.entries(explained).map(([name, { value }]) => [name, value]));
    checkSettings(parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...inherited, ...values } as SettingsText));
  }
}

@QueryHandler(GetEffectiveSettings)
export class GetEffectiveSettingsHandler implements IQueryHandler<GetEffectiveSettings> {
  constructor(private readonly effective: EffectiveSettingsReader) {}

  execute({ tenantId, owners }: GetEffectiveSettings): Promise<ReadonlyMap<string, EffectiveSettings>> {
    return this.effective.forPositions(tenantId, owners);
  }
}

@QueryHandler(ExplainSettings)
export class ExplainSettingsHandler implements IQueryHandler<ExplainSettings> {
  constructor(private readonly effective: EffectiveSettingsReader) {}

  execute({ tenantId, owner }: ExplainSettings): Promise<Readonly<Record<string, SettingOrigin>>> {
    return this.effective.explain(tenantId, owner);
  }
}

@QueryHandler(GetSettings)
export class GetSettingsHandler implements IQueryHandler<GetSettings> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ tenantId, target, group: name }: GetSettings): Promise<SettingsView> {
    const group = groupOf(name);
    const owner = tenantOf(tenantId, target);
    if (target.scope === 'portfolio' || target.scope === 'position') {
      if (!(await this.streams.load(owner, `${target.scope}-${target.scope_id}`))) throw new NotFoundError(target.scope);
    }
    const folded = await this.streams.load<ScopeSettings>(owner, settingsStream(target));
    return { ...target, group, values: ownValues(folded?.state ?? { values: {} }, group), version: folded?.version ?? 0 };
  }
}
