import fc from 'fast-check';
import { checkJson } from './strict-json';

describe('a JSON body', () => {
  it('may be anything a client library writes', () => {
    const named = fc.dictionary(
      fc.string().filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name)),
      fc.jsonValue({ maxDepth: 5 }),
    );
    const clean = (value: unknown): boolean => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value));
    fc.assert(
      fc.property(named.filter(clean), fc.integer({ min: 0, max: 4 }), (value, indent) => checkJson(JSON.stringify(value, null, indent))),
    );
  });

  it('never names an amount twice, where the first might be what was meant', () => {
    expect(() => checkJson('{"qty":"1","price":"2","qty":"100"}')).toThrow(/qty must be given once/);
    expect(() => checkJson('{"a":{"qty":"1"},"b":[{"qty":"1"},{"qty":"1"}],"qty":"1"}')).not.toThrow();
    expect(() => checkJson('{"qty":"1","q\\u0074y":"100"}')).toThrow(/qty must be given once/);
  });

  it.each(['{"__proto__":{"admin":true}}', '{"a":[{"constructor":1}]}', '{"\\u005f_proto__" : 1}'])(
    'never reaches into prototypes: %s',
    (text) => {
      expect(() => checkJson(text)).toThrow(/reserved/);
    },
  );

  it('may hold such words as text', () => {
    expect(() => checkJson('{"name":"__proto__","note":"a \\"b\\": {[{[","list":["constructor"]}')).not.toThrow();
  });

  it('cannot exhaust the stack', () => {
    expect(() => checkJson('['.repeat(10_000))).toThrow(/32 levels/);
    expect(() => checkJson('{"a":'.repeat(10_000))).toThrow(/32 levels/);
  });

  it('is left to the parser where it is broken', () => {
    for (const text of ['', '{', '"', '{"a', '{"a\\', ']]]', '{"\\x":1}', 'nul']) expect(() => checkJson(text)).not.toThrow();
  });
});
