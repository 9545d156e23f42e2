/** The inside of a simulation thread: keeps the last tape it was sent and answers what it is asked, question by question. */
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import type { TapeSet } from './simulation-pool.port';
import { type RunAnswer, type RunTask, Workbench } from './simulation-task';

export type ThreadQuestion =
  | { readonly type: 'tape'; readonly data: TapeSet }
  | { readonly type: 'runs'; readonly tasks: readonly RunTask[]; readonly withDetails: boolean };

export interface ThreadAnswer {
  /** One per task, in their order. */
  readonly answers: readonly RunAnswer[];
  /** How long it took. */
  readonly ms: number;
}

let bench: Workbench | null = null;

parentPort?.on('message', (question: ThreadQuestion) => {
  if (question.type === 'tape') {
    const { tape, actions, quotes } = question.data;
    bench = new Workbench(tape, actions, quotes);
    return;
  }
  const { tasks, withDetails } = question;
  if (!bench) throw new Error('a run came before its tape');
  const begun = performance.now();
  const answers = bench.answers(tasks, withDetails);
  parentPort?.postMessage({ answers, ms: performance.now() - begun } satisfies ThreadAnswer);
});
