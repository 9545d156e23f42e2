/** A read table's version is that of the projections that write it, one or several. */
import type { Projection } from './projection';

/** `gifts@1 movements@2` */
export const versionOf = (projections: readonly Pick<Projection, 'name' | 'version'>[]): string =>
  projections
    .map(({ name, version }) => `${name}@${version}`)
    .sort()
    .join(' ');

/** By table. `projections` must hold all that share one. */
export function versionsOf(projections: readonly Projection[]): ReadonlyMap<string, string> {
  const byTable = new Map<string, Projection[]>();
  for (const projection of projections) {
    const sharing = byTable.get(projection.table.name);
    if (sharing) sharing.push(projection);
    else byTable.set(projection.table.name, [projection]);
  }
  return new Map([...byTable].map(([table, sharing]) => [table, versionOf(sharing)]));
}
