/** Single SQL statements for queries, queues and checkpoints, with `?` placeholders: the same for every database. */
import type { Cell, Row } from '../event-store/row-write';

export abstract class Sql {
  /** Whether other processes may have the same store open. */
  abstract readonly isShared: boolean;
  /** Rows as the last commit left them. Refuses statements that write. */
  abstract read(sql: string, params?: readonly Cell[]): Promise<readonly Row[]>;
  /** One statement in a transaction of its own; gives the rows of its RETURNING clause, else none. */
  abstract write(sql: string, params?: readonly Cell[]): Promise<readonly Row[]>;
}
