/** Types of the columns of tables, asked of the database once: what rows travel as in columns of text is cast to them. */
import type { Answer, BatchStatement } from '../database/postgres-batch';
import type { TableDefinition } from './row-write';

const TYPES = `SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`;

/** By column; empty for a table that is not there, whose statements say so themselves. */
export type ColumnTypes = ReadonlyMap<string, string>;

export class TableTypes {
  private readonly known = new Map<string, ColumnTypes>();

  constructor(private readonly run: (statements: readonly BatchStatement[]) => Promise<Answer>) {}

  of({ name }: TableDefinition): ColumnTypes {
    return this.known.get(name) ?? new Map<string, string>();
  }

  /** Null where all of them are known. */
  missing(tables: Iterable<TableDefinition>): Promise<void> | null {
    const names = new Set([...tables].map(({ name }) => name).filter((name) => !this.known.has(name)));
    return names.size === 0 ? null : this.learn([...names]);
  }

  private async learn(names: readonly string[]): Promise<void> {
    const answers = await this.run(names.map((name) => ({ name: 'column-types', text: TYPES, values: [name] })));
    names.forEach((name, index) => {
      const types = new Map((answers[index] ?? []).map(([column, type]) => [column ?? '', type ?? '']));
      if (types.size > 0) this.known.set(name, types);
    });
  }
}
