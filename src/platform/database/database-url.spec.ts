import { parseDatabaseUrl } from './database-url';

describe('DATABASE_URL', () => {
  it.each([
    ['sqlite:data/vb.db', 'data/vb.db'],
    ['sqlite:/var/lib/vb.db', '/var/lib/vb.db'],
    ['sqlite:///var/lib/vb.db', '/var/lib/vb.db'],
    ['sqlite:./vb.db', './vb.db'],
  ])('%s is the file %s', (url, file) => expect(parseDatabaseUrl(url)).toEqual({ kind: 'sqlite', file }));

  it.each(['', 'sqlite:', 'sqlite::memory:', 'mysql://h/d', 'vb.db'])('refuses "%s" and shows what one looks like', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(/DATABASE_URL must be sqlite:<file>, for example sqlite:data\/vb.db/);
  });

  it('says that PostgreSQL comes later, and keeps the password to itself', () => {
    const refusal = () => parseDatabaseUrl('postgres://vb:secret@db/vb');
    expect(refusal).toThrow(/PostgreSQL comes later/);
    expect(refusal).not.toThrow(/secret/);
  });
});
