/** Waking up by a cron expression is a port: production uses @nestjs/schedule, tests call by hand. */
export abstract class CronTimers {
  /**
   * Calls `due` at each instant of `cron` (UTC) until the returned function is called. Throws InputError naming `setting` where
   * the expression cannot be read.
   */
  abstract start(name: string, cron: string, setting: string, due: () => void): () => void;
}
