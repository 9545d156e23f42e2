/** The log as JSON lines on stdout, without secrets. */
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import type { LogLevel } from '../settings';
import { Log, type LogFields } from './log';

const SECRET_FIELDS = ['authorization', 'cookie', 'key', 'api_key', 'key_hash', 'secret', 'password', 'token'];
/** Keys of ours, and whatever stands after "Bearer", wherever they turn up in a text. */
const SECRET_TEXT = /\b(vb_[\w-]{1,64}?_)[\w-]{20,}|(\bBearer\s+)[\x21-\x7e]+/gi;

export const withoutSecrets = (text: string): string =>
  text.replace(SECRET_TEXT, (_, key?: string, bearer?: string) => `${key ?? bearer ?? ''}[redacted]`);

export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { err: serializeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? withoutSecrets(error) : error;
  const serialized = stdSerializers.err(error);
  return { type: serialized.type, message: withoutSecrets(serialized.message), stack: withoutSecrets(serialized.stack) };
}

export class PinoLog extends Log {
  constructor(private readonly logger: Logger) {
    super();
  }

  debug(message: string, fields: LogFields = {}): void {
    this.logger.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.logger.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.logger.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.logger.error(fields, message);
  }
}
