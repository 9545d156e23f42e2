/** A column of many rows as one text: PostgreSQL takes it apart faster than it reads the driver's arrays. */
import type { Row } from './row-write';

const UNIT = '\u001f';
const NULL = '\u001e';

/** The values must hold neither character; a lone empty text travels as two, of which only the first is read. */
export function joined<Item>(items: readonly Item[], textOf: (item: Item) => string | null): string {
  const first = items[0];
  if (items.length === 1 && first !== undefined) {
    const only = textOf(first);
    return only === '' ? UNIT : (only ?? NULL);
  }
  let text = '';
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (index > 0) text += UNIT;
    if (item !== undefined) text += textOf(item) ?? NULL;
  }
  return text;
}

export function joinedNumbers<Item>(items: readonly Item[], numberOf: (item: Item) => number): string {
  let text = '';
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (index > 0) text += ',';
    if (item !== undefined) text += numberOf(item);
  }
  return text;
}

/** Cells of at least two rows. Null where one of them holds a character that has a meaning here. */
export function joinedCells(rows: readonly Row[], column: string): string | null {
  let text = '';
  for (let index = 0; index < rows.length; index++) {
    const cell = rows[index]?.[column];
    if (index > 0) text += UNIT;
    if (cell === null || cell === undefined) text += NULL;
    else if (typeof cell === 'string' && (cell === NULL || cell.includes(UNIT))) return null;
    else text += cell;
  }
  return text;
}
