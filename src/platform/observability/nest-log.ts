/** What the framework has to say, in our log: its start-up chatter is for debugging. */
import type { LoggerService } from '@nestjs/common';
import { messageOf } from '../../kernel/errors';
import type { Log } from './log';

export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown, ...rest: readonly unknown[]): void {
    this.sink.debug(messageOf(message), context(rest));
  }

  debug(message: unknown, ...rest: readonly unknown[]): void {
    this.sink.debug(messageOf(message), context(rest));
  }

  verbose(message: unknown, ...rest: readonly unknown[]): void {
    this.sink.debug(messageOf(message), context(rest));
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.sink.warn(messageOf(message), context(rest));
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    this.sink.error(
      messageOf(message),
      message instanceof Error ? { ...context(rest), err: message } : { ...context(rest), stack: rest[0] },
    );
  }

  fatal(message: unknown, ...rest: readonly unknown[]): void {
    this.error(message, ...rest);
  }
}

const context = (rest: readonly unknown[]): { readonly context?: string } => {
  const last = rest.at(-1);
  return typeof last === 'string' ? { context: last } : {};
};
