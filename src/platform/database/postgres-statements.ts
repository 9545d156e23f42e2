/** Statements with `?` in PostgreSQL's own notation, each under the name by which every connection prepares it. */

/** Filters make statements by the dozen, not by the thousand; past this they are planned each time. */
const PREPARED_LIMIT = 500;

export interface Statement {
  readonly text: string;
  readonly name?: string;
}

export class PgStatements {
  private readonly known = new Map<string, Statement>();

  of(sql: string): Statement {
    const known = this.known.get(sql);
    if (known) return known;
    const text = numbered(sql);
    if (this.known.size >= PREPARED_LIMIT) return { text };
    const fresh = { text, name: `sql-${this.known.size}` };
    this.known.set(sql, fresh);
    return fresh;
  }
}

/** Question marks within quotes are text. */
export function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/'[^']*'|\?/g, (found) => (found === '?' ? `$${++count}` : found));
}
