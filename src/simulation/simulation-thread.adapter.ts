/** The inside of a simulation thread: keeps the last tape it was sent and runs what it is asked. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../kernel/errors';
import type { TapeSet } from './simulation-pool.port';
import { type RunTask, Workbench } from './simulation-task';

export type ThreadQuestion =
  | { readonly type: 'tape'; readonly data: TapeSet }
  | { readonly type: 'run'; readonly id: number; readonly task: RunTask; readonly withDetails: boolean };

let bench: Workbench | null = null;

parentPort?.on('message', (question: ThreadQuestion) => {
  if (question.type === 'tape') {
    const { tape, actions, quotes } = question.data;
    bench = new Workbench(tape, actions, quotes);
    return;
  }
  const { id, task, withDetails } = question;
  try {
    if (!bench) throw new Error('a run came before its tape');
    parentPort?.postMessage({ id, outcome: bench.run(task, withDetails) });
  } catch (error) {
    parentPort?.postMessage({ id, error: messageOf(error) });
  }
});
