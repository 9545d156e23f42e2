/** Heads files on the machine's file system. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DomainError, messageOf } from '../../kernel/errors';
import type { HeadsText } from './heads-evidence';
import { HeadsFile, HeadsFolder } from './heads-folder.port';

const SUFFIX = '.jsonl';
const ARCHIVE = 'accepted';
const fdatasync = promisify(fs.fdatasync);

/** No other process, here or elsewhere, now or later, has the same. */
export const processFileName = (): string => `${hostname().replace(/[^\w.-]/g, '_')}-${process.pid}-${randomUUID().slice(0, 8)}${SUFFIX}`;

/** On Windows a folder cannot be synced, and needs not to be. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await fs.promises.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

class FileOfHeads extends HeadsFile {
  size = 0;
  private fd: number | null = null;
  private readonly path: string;

  constructor(
    private readonly folder: string,
    readonly name: string,
  ) {
    super();
    this.path = join(folder, name);
  }

  append(text: string): void {
    this.fd ??= this.reopen();
    this.size += fs.writeSync(this.fd, text);
  }

  async sync(): Promise<void> {
    if (this.fd !== null) await fdatasync(this.fd);
  }

  async replace(text: string, late: () => string): Promise<void> {
    const draft = `${this.path}.new`;
    const fd = fs.openSync(draft, 'w');
    try {
      fs.writeSync(fd, text);
      await fdatasync(fd);
      const rest = late();
      fs.writeSync(fd, rest);
      this.close(); // an open file cannot be replaced on Windows
      fs.renameSync(draft, this.path);
      this.fd = fd;
      this.size = Buffer.byteLength(text) + Buffer.byteLength(rest);
    } catch (error) {
      fs.closeSync(fd);
      fs.rmSync(draft, { force: true });
      throw error;
    }
    await syncFolder(this.folder);
  }

  isGone(): boolean {
    return this.fd !== null && !fs.existsSync(this.path);
  }

  close(): void {
    if (this.fd !== null) fs.closeSync(this.fd);
    this.fd = null;
  }

  private reopen(): number {
    const fd = fs.openSync(this.path, 'a');
    this.size = fs.fstatSync(fd).size;
    return fd;
  }
}

export class HeadsOnDisk extends HeadsFolder {
  private constructor(readonly path: string) {
    super();
  }

  /** Makes the folder where it is missing. Throws DomainError `heads.unwritable`. */
  static open(path: string): HeadsOnDisk {
    try {
      makeFolder(path);
      fs.accessSync(path, fs.constants.W_OK);
    } catch (error) {
      throw new DomainError('heads.unwritable', `${path} cannot be written; make it writable or name another folder in VB_HEADS`, {
        cause: messageOf(error),
      });
    }
    return new HeadsOnDisk(path);
  }

  read(): readonly HeadsText[] {
    const names = fs.readdirSync(this.path).filter((name) => name.endsWith(SUFFIX));
    return names.sort().flatMap((name) => this.textOf(name) ?? []);
  }

  /** Null where another process has just removed it, because its own file covers it. */
  private textOf(name: string): HeadsText | null {
    try {
      return { name, text: fs.readFileSync(join(this.path, name), 'utf8') };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  open(name: string): HeadsFile {
    return new FileOfHeads(this.path, name);
  }

  archive(names: readonly string[], label: string): string {
    const place = join(this.path, ARCHIVE, label);
    fs.mkdirSync(place, { recursive: true });
    for (const name of names) fs.renameSync(join(this.path, name), join(place, name));
    return place;
  }

  removeOlderThan(ms: number, names: readonly string[]): void {
    for (const name of names) {
      const path = join(this.path, name);
      const stats = fs.statSync(path, { throwIfNoEntry: false });
      if (stats && stats.mtimeMs < Date.now() - ms) fs.rmSync(path, { force: true });
    }
  }
}

/** Level by level: Node 20 never returns from a recursive mkdir where the system refuses a name (`/proc/x`). */
function makeFolder(path: string): void {
  if (fs.existsSync(path)) return;
  makeFolder(join(path, '..'));
  fs.mkdirSync(path);
}
