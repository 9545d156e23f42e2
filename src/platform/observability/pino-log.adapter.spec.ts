import { createLogger, PinoLog } from './pino-log.adapter';

const logged = (write: (log: PinoLog) => void): string => {
  let text = '';
  write(new PinoLog(createLogger('info', { write: (line: string) => void (text += line) })));
  return text;
};

describe('the log', () => {
  it('is one JSON object a line, with time, level and fields', () => {
    const line = JSON.parse(logged((log) => log.info('order sent', { order_id: 'o1' }))) as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'info', msg: 'order sent', order_id: 'o1', time: expect.stringMatching(/Z$/) });
  });

  it('tells no secret, wherever it stands', () => {
    const secret = 'canary-canary-canary-canary';
    const key = `vb_demo_${secret}`;
    const text = logged((log) => {
      log.info('a', {
        authorization: `Bearer ${secret}`,
        key: secret,
        headers: { authorization: secret },
        request: { body: { api_key: secret } },
      });
      log.error('b', { err: new Error(`no such key ${key}, header was "Authorization: Bearer ${secret}"`) });
    });
    expect(text).not.toContain(secret);
    expect(text).toContain('vb_demo_[redacted]');
  });

  it('shows where a fault happened', () => {
    expect(logged((log) => log.error('failed', { err: new TypeError('x is not y') }))).toMatch(/TypeError: x is not y\\n +at /);
  });

  it('cannot be made to forge a line', () => {
    const text = logged((log) => log.info('name', { name: 'a\n{"level":"fatal"}' }));
    expect(text.trimEnd().split('\n')).toHaveLength(1);
  });
});
