/** Runs the program as a process: settings, start, signals, exit codes. */
import { type App, createApp } from './app';
import { seedDemo } from './demo/seed-demo';
import { DomainError, messageOf } from './kernel/errors';
import type { Settings } from './platform/settings';
import { SettingsError } from './platform/settings-error';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** Whoever sent the first signal expects an end within ten seconds. */
const LAST_RESORT_MS = 9_500;

/** Starts to serve and returns; a signal ends the process. Exit codes: 0 after a signal, 1 it could not start, 2 wrong settings. */
export async function serve(readSettings: () => Settings): Promise<void> {
  try {
    const settings = readSettings();
    if (settings.demo) await seedDemo(settings, (line) => void process.stdout.write(`${line}\n`));
    const app = await createApp(settings);
    stopOnSignals(app);
    await listenOrClose(app, settings);
  } catch (error) {
    const code = error instanceof SettingsError ? EXIT_USAGE : EXIT_FAILED;
    process.stderr.write(`${startFailure(error)}\n`, () => process.exit(code));
  }
}

async function listenOrClose(app: App, settings: Settings): Promise<void> {
  try {
    const url = await app.listen();
    process.stdout.write(`Volatility Balancing is ready at ${url} (API at /docs, stop with Ctrl+C)\n`);
  } catch (error) {
    await app.close();
    throw listenFailure(error, settings);
  }
}

function listenFailure(error: unknown, { port, host }: Settings): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  switch (code) {
    case 'EADDRINUSE':
      return new DomainError(
        'server.port_taken',
        `Port ${port} of ${host} is taken by another program; stop it, or choose another port with PORT=${port + 1}`,
      );
    case 'EACCES':
      return new DomainError('server.port_forbidden', `This user may not listen on port ${port}; choose one above 1023 with PORT`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new DomainError('server.no_such_host', `${host} is no address of this machine; set HOST to 127.0.0.1 or 0.0.0.0`);
    default:
      return error;
  }
}

/** Sentences for what a person can put right; the stack for what only a programmer can. */
function startFailure(error: unknown): string {
  if (error instanceof SettingsError) return error.mistakes.join('\n');
  if (error instanceof DomainError) return error.message;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}

/** The first signal stops in an orderly way, the second at once. */
function stopOnSignals(app: App): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(EXIT_FAILED);
    isStopping = true;
    const { log, timer } = app.platform;
    log.info('stopping', { signal });
    timer.after(LAST_RESORT_MS, () => process.exit(EXIT_FAILED));
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stopping failed', { err: error });
        process.exit(EXIT_FAILED);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
