/** Simulation threads: one per core, started when the first run is asked for, each with the tape it works on. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../kernel/errors';
import { SimulationPool, type TapeSet } from './simulation-pool.port';
import { type RunOutcome, type RunTask, Workbench } from './simulation-task';

interface Answer {
  readonly id: number;
  readonly outcome?: RunOutcome;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (outcome: RunOutcome) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  tapeKey: string | null;
}

const COMPILED = join(__dirname, 'simulation-thread.adapter.js');

/** A run leaves next to nothing behind, so a small nursery is emptied for nothing and stays in the processor's cache. */
const YOUNG_MB = 12;

/** Threads where the program is compiled; run from its sources, it computes in the caller's own thread. */
export const simulationPool = (): SimulationPool => (existsSync(COMPILED) ? new ThreadPool() : new InlinePool());

class ThreadPool extends SimulationPool {
  readonly size = availableParallelism();
  private readonly threads: Thread[] = [];
  private asked = 0;

  run(data: TapeSet, task: RunTask, withDetails: boolean): Promise<RunOutcome> {
    const thread = this.pick(data.key);
    if (thread.tapeKey !== data.key) {
      thread.worker.postMessage({ type: 'tape', data });
      thread.tapeKey = data.key;
    }
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.postMessage({ type: 'run', id, task, withDetails });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  /** The least busy, of equals one that has the tape. */
  private pick(key: string): Thread {
    const load = ({ waiting, tapeKey }: Thread): number => waiting.size * 2 + Number(tapeKey !== key);
    const best = this.threads.toSorted((a, b) => load(a) - load(b))[0];
    if (best && (best.waiting.size === 0 || this.threads.length >= this.size)) return best;
    return this.start();
  }

  private start(): Thread {
    const worker = new Worker(COMPILED, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const thread: Thread = { worker, waiting: new Map(), tapeKey: null };
    worker.unref();
    worker.on('message', ({ id, outcome, error }: Answer) => {
      const waiting = thread.waiting.get(id);
      thread.waiting.delete(id);
      if (outcome) waiting?.resolve(outcome);
      else waiting?.reject(new DomainError('simulation.failed', error ?? 'the run gave no result'));
    });
    const fail = (error: Error): void => {
      const at = this.threads.indexOf(thread);
      if (at >= 0) this.threads.splice(at, 1);
      for (const { reject } of thread.waiting.values()) reject(error);
    };
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a simulation thread ended with ${code}`)));
    this.threads.push(thread);
    return thread;
  }
}

export class InlinePool extends SimulationPool {
  readonly size = 1;
  private bench: { readonly key: string; readonly bench: Workbench } | null = null;

  async run({ key, tape, actions, quotes }: TapeSet, task: RunTask, withDetails: boolean): Promise<RunOutcome> {
    await new Promise(setImmediate); // requests come in between
    if (this.bench?.key !== key) this.bench = { key, bench: new Workbench(tape, actions, quotes) };
    return this.bench.bench.run(task, withDetails);
  }

  async close(): Promise<void> {
    this.bench = null;
  }
}
