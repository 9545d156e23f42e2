/** What the command line says: results on stdout, everything else on stderr; progress only where a person watches. */

export interface Console {
  print(text: string): void;
  note(text: string): void;
  /** Says why and sets exit code 1. */
  fail(text: string): void;
  progress(unit: string): (done: Readonly<Record<string, number>>) => void;
  isInterrupted(): boolean;
}

const EXIT_REFUSED = 1;

export function processConsole(): Console {
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (interrupted = true));
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note,
    fail(text) {
      note(text);
      process.exitCode = EXIT_REFUSED;
    },
    progress: (unit) => (process.stderr.isTTY ? showProgress(unit) : () => undefined),
    isInterrupted: () => interrupted,
  };
}

/** A line that is written over at each percent, and cleared at the end. */
function showProgress(unit: string): (done: Readonly<Record<string, number>>) => void {
  let shown = -1;
  return (state) => {
    const { total = 0, secondsLeft, ...counted } = state;
    const done = Object.values(counted)[0] ?? 0;
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    if (percent === shown) return;
    shown = percent;
    const left = secondsLeft === undefined ? '' : `, about ${secondsLeft} s left`;
    process.stderr.write(percent === 100 ? '\r\u001b[K' : `\r${done} of ${total} ${unit} (${percent} %${left})\u001b[K`);
  };
}

/** Columns aligned with spaces. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
