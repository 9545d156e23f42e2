/** Where the program says what it does. Fields carry ids; a message is the same text each time, so that logs can be counted. */
export type LogFields = Readonly<Record<string, unknown>>;

export abstract class Log {
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  /** An Error in the field `err` is logged with its stack. */
  abstract error(message: string, fields?: LogFields): void;
}

/** For tests and scratch stores whose log nobody reads. */
export class SilentLog extends Log {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}
