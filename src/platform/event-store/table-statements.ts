/** SQL for rows of declared tables. */

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

/** Names come from table definitions in code, never from input; this keeps it so. */
export function named(name: string): string {
  if (!IDENTIFIER.test(name)) throw new Error(`${name} is no name of a table or column`);
  return name;
}
