import { parseDatabaseUrl } from './database-url';

describe('DATABASE_URL', () => {
  it.each([
    ['sqlite:data/vb.db', 'data/vb.db'],
    ['sqlite:/var/lib/vb.db', '/var/lib/vb.db'],
    ['sqlite:///var/lib/vb.db', '/var/lib/vb.db'],
    ['sqlite:./vb.db', './vb.db'],
  ])('%s is the file %s', (url, file) => expect(parseDatabaseUrl(url)).toEqual({ kind: 'sqlite', file }));

  it.each([
    ['postgres://vb:secret@db.example/vb', 'vb on db.example:5432'],
    ['postgresql://vb@10.0.0.1:6543/trading?sslmode=require', 'trading on 10.0.0.1:6543'],
    ['postgres:///vb?host=/var/run/postgresql', 'vb on /var/run/postgresql:5432'],
    ['postgres://vb:%2F%40@[::1]/my%20vb', 'my vb on [::1]:5432'],
  ])('%s is a database on a server, called without its password', (url, name) =>
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'postgres', url, name }),
  );

  it.each(['', 'sqlite:', 'sqlite::memory:', 'mysql://h/d', 'vb.db'])('refuses "%s" and shows what one looks like', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(/DATABASE_URL must be sqlite:<file>, for example sqlite:data\/vb.db, or postgres:/);
  });

  it.each([
    'postgres://vb:secret@db',
    'postgres://vb:secret@db/',
    'postgres://vb:secret@db:port/vb',
    'postgres://vb:sec/ret@db/vb',
    'postgres://db/a/b?password=secret',
    'postgres://vb:secret@db/%',
    'mysql://vb:secret@db/vb',
  ])('refuses %s, and keeps the password to itself', (url) => {
    const refusal = () => parseDatabaseUrl(url);
    expect(refusal).toThrow(/DATABASE_URL must be .*postgres:\/\/<user>:<password>@<host>:5432\/<database>/);
    expect(refusal).not.toThrow(/sec/);
  });
});
