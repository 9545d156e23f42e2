import { checkWait, Timer } from './timer.port';

/** The machine's timers. They keep the process alive until they fire or are cancelled. */
export class SystemTimer extends Timer {
  after(ms: number, callback: () => void): () => void {
    const handle = setTimeout(callback, checkWait(ms, 0));
    return () => clearTimeout(handle);
  }

  every(ms: number, callback: () => void): () => void {
    const handle = setInterval(callback, checkWait(ms, 1));
    return () => clearInterval(handle);
  }
}
