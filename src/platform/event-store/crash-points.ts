/** Named places where a test kills the process, to see that nothing acknowledged is lost and nothing half done remains. */
export type CrashPoint = 'flush:begin' | 'flush:mid' | 'flush:before-commit' | 'flush:after-commit' | 'broker:before' | 'broker:after';

/** The name of a table is a point too: passed within a flush when one of its rows is written, before the commit. */
export abstract class CrashPoints {
  abstract hit(name: string): void;
}

export class NoCrashPoints extends CrashPoints {
  hit(): void {}
}
