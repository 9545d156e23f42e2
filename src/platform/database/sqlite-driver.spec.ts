import { driverPackage, loadSqliteDriver } from './sqlite-driver';

describe('the SQLite driver', () => {
  it.each([
    ['9', 'better-sqlite3'],
    [undefined, 'better-sqlite3'],
    ['10', 'better-sqlite3-napi'],
    ['11', 'better-sqlite3-napi'],
  ])('with Node-API %s is %s', (nodeApi, name) => expect(driverPackage(nodeApi)).toBe(name));

  it('says in one sentence what to do where none is installed', () => {
    const missing = () =>
      loadSqliteDriver(() => {
        throw new Error("Cannot find module 'x'");
      });
    expect(missing).toThrow(/does not load on Node v[\d.]+; run "npm install --include=optional"/);
  });
});
