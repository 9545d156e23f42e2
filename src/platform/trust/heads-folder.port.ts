/** A folder outside the database with one file of heads per process. */
import type { HeadsText } from './heads-evidence';

/** The file this process writes. Made when the first line comes. */
export abstract class HeadsFile {
  abstract readonly name: string;
  /** Bytes written so far. */
  abstract readonly size: number;
  /** Hands the text to the system at once; `sync` makes it durable. Throws what the system says. */
  abstract append(text: string): void;
  /** Waits until what was appended survives a power cut; not on the event loop. */
  abstract sync(): Promise<void>;
  /** Puts another content in the place of the file, whole or not at all; `late` is asked at the last moment for what came meanwhile. */
  abstract replace(text: string, late: () => string): Promise<void>;
  /** Somebody removed it. */
  abstract isGone(): boolean;
  abstract close(): void;
}

export abstract class HeadsFolder {
  abstract readonly path: string;
  /** Every file of heads as it is now. */
  abstract read(): readonly HeadsText[];
  abstract open(name: string): HeadsFile;
  /** Moves files out of the way for good, where a person finds them. Gives where to. */
  abstract archive(names: readonly string[], label: string): string;
  /** Removes files nobody has written to for so long. */
  abstract removeOlderThan(ms: number, names: readonly string[]): void;
}
