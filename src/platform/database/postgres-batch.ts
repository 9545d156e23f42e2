/**
 * Several statements in one round trip and one transaction: sent together before a single Sync, they commit together or
 * not at all. Nothing has to be sent to begin or to commit.
 */
import type { Client, Connection, Submittable } from 'pg';

export interface BatchStatement {
  /** Names the prepared statement: the same text each time. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

type Cells = readonly (string | null)[];
/** Rows of each statement as text, in order. */
export type Answer = readonly (readonly Cells[])[];

/** Names that each connection has prepared. */
const prepared = new WeakMap<Connection, Set<string>>();

class Batch implements Submittable {
  private readonly results: Cells[][] = [];
  private rows: Cells[] = [];
  private failure: unknown = null;
  private names: Set<string> | null = null;

  constructor(
    private readonly statements: readonly BatchStatement[],
    private readonly resolve: (results: Answer) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  submit(connection: Connection): void {
    const names = prepared.get(connection) ?? new Set<string>();
    prepared.set(connection, names);
    this.names = names;
    connection.stream.cork();
    try {
      for (const statement of this.statements) send(connection, statement, names.has(statement.name));
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleDataRow({ fields }: { readonly fields: Cells }): void {
    this.rows.push(fields);
  }

  handleCommandComplete(): void {
    const { name } = this.statements[this.results.length] ?? {};
    if (name !== undefined) this.names?.add(name);
    this.results.push(this.rows);
    this.rows = [];
  }

  /** Comes once: the server leaves out what follows, up to the Sync. */
  handleError(error: unknown): void {
    this.failure = error;
    this.reject(error);
  }

  handleReadyForQuery(): void {
    if (this.failure === null) this.resolve(this.results);
  }
}

/** The name is given free first, for a statement that failed may have been prepared nevertheless. */
function send(connection: Connection, { name, text, values }: BatchStatement, isPrepared: boolean): void {
  const more = true;
  if (!isPrepared) {
    connection.close({ type: 'S', name }, more);
    connection.parse({ name, text, types: [] }, more);
  }
  connection.bind({ statement: name, values: values.map((value) => (typeof value === 'number' ? String(value) : value)) }, more);
  connection.execute(null, more);
}

/** Rejects with what the driver throws; then nothing was written, unless the connection was lost. */
export function runBatch(client: Client, statements: readonly BatchStatement[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.query(new Batch(statements, resolve, reject));
  });
}
