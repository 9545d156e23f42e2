/** A store as a process sees it to which things happen: calls that fail, answers that get lost, and its own sudden end. */
import * as fc from 'fast-check';
import { UnavailableError } from '../../kernel/errors';
import type { Sql } from '../database/sql';
import type { EventStore } from '../event-store/event-store.port';
import type { ScratchReaders } from './subscriptions.spec-support';

export type Fate = 'well' | 'slow' | 'refused' | 'answer lost' | 'killed before' | 'killed after';

export const fates = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('well') },
    { weight: 2, arbitrary: fc.constant<Fate>('slow') },
    { weight: 1, arbitrary: fc.constantFrom<Fate>('refused', 'answer lost', 'killed before', 'killed after') },
  ),
  { maxLength: 60 },
);

/** Each call meets the next fate of the list; after that all is well. A killed process waits for its answer for ever. */
export function fatedStore(scratch: ScratchReaders, list: readonly Fate[]): { readonly store: EventStore; readonly sql: Sql } {
  const left = [...list];
  let isDead = false;
  const meet = async (call: () => Promise<unknown>): Promise<unknown> => {
    const fate = left.shift() ?? 'well';
    isDead ||= fate === 'killed before';
    if (isDead) return new Promise(() => undefined);
    if (fate === 'refused') throw new UnavailableError('store.busy', 'Another connection holds the database; try again');
    if (fate === 'slow') await scratch.settle();
    const result = await call();
    isDead ||= fate === 'killed after';
    if (isDead) return new Promise(() => undefined);
    if (fate === 'answer lost') throw new UnavailableError('store.busy', 'The connection broke; nobody knows what was written');
    return result;
  };
  const seen = <Port extends object>(port: Port, names: readonly (keyof Port & string)[]): Port => {
    const methods = names.map((name) => {
      const method = port[name] as (...call: readonly unknown[]) => Promise<unknown>;
      return [name, { value: (...call: readonly unknown[]) => meet(() => method.apply(port, [...call])) }] as const;
    });
    return Object.create(port, Object.fromEntries(methods)) as Port;
  };
  return { store: seen(scratch.store, ['append', 'readAll', 'readStream', 'logs', 'head']), sql: seen(scratch.sql, ['read', 'write']) };
}
