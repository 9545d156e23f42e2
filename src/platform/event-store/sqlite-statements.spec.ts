import { rowStatement } from './sqlite-statements';

const table = { name: 'seats', key: ['log', 'tenant_id', 'id'], columns: ['log', 'tenant_id', 'id', 'taken_by'] };

describe('row statements', () => {
  it('write, replace and delete by the key of the table', () => {
    const insert = 'INSERT INTO seats (log, tenant_id, id, taken_by) VALUES (?, ?, ?, ?)';
    expect(rowStatement('insert', table)).toBe(insert);
    expect(rowStatement('upsert', table)).toBe(`${insert} ON CONFLICT (log, tenant_id, id) DO UPDATE SET taken_by = excluded.taken_by`);
    expect(rowStatement('upsert', { ...table, columns: table.key })).toMatch(/DO NOTHING$/);
    expect(rowStatement('delete', table)).toBe('DELETE FROM seats WHERE log = ? AND tenant_id = ? AND id = ?');
  });

  it('never let a name carry SQL', () => {
    expect(() => rowStatement('delete', { ...table, name: 'seats; DROP TABLE events' })).toThrow(/no name of a table/);
    expect(() => rowStatement('insert', { ...table, columns: ['id) VALUES (1); --'] })).toThrow(/no name of a table/);
  });
});
