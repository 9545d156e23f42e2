/** Work on read tables in threads of their own, so that ticks and requests do not wait for it. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Projection } from './projection';
import type { ProjectionTables } from './projection-tables.port';
import { type FillWork, type OnPage, ProjectionWork, tablesOf, type VerificationReport } from './projection-work';
import { errorOf, type FromThread, type ToThread, unpacked, type WorkOrder } from './worker-messages';

export class ThreadedWork extends ProjectionWork {
  /** `file`: the program of such a thread, built. */
  constructor(
    private readonly file: string,
    readonly parts: number = availableParallelism(),
  ) {
    super();
  }

  /** A SQLite file has one writer, which is this thread: it writes what the others fold. */
  async fill(tables: ProjectionTables, { build, projections, shares, statesKept }: FillWork, onPage: OnPage): Promise<void> {
    const io = tables.copies(build);
    const definitions = tablesOf(projections);
    const started = new Set<Worker>();
    const names = namesOf(projections);
    const runs = shares.map((shared) =>
      this.run(
        { kind: 'fill', address: tables.address, projections: names, build, shared, statesKept },
        started,
        async (message, worker) => {
          if (message.kind === 'page') onPage(message.log, message.part, message.position);
          if (message.kind !== 'rows') return;
          await io.commit(unpacked(message.rows, definitions), message.checkpoint);
          worker.postMessage({ kind: 'committed' } satisfies ToThread);
        },
      ),
    );
    try {
      await Promise.all(runs);
    } finally {
      await Promise.all([...started].map((worker) => worker.terminate()));
      await Promise.allSettled(runs);
    }
  }

  async verify(tables: ProjectionTables, projections: readonly Projection[], onPage: OnPage): Promise<VerificationReport> {
    const order: WorkOrder = { kind: 'verify', address: tables.address, projections: namesOf(projections) };
    const started = new Set<Worker>();
    try {
      const report = await this.run(order, started, (message) => {
        if (message.kind === 'page') onPage(message.log, message.part, message.position);
      });
      if (!report) throw new Error('the projection thread compared nothing');
      return report;
    } finally {
      await Promise.all([...started].map((worker) => worker.terminate()));
    }
  }

  /** One thread to its end. What `onMessage` throws ends it. */
  private run(
    order: WorkOrder,
    started: Set<Worker>,
    onMessage: (message: FromThread, worker: Worker) => Promise<void> | void,
  ): Promise<VerificationReport | null> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.file, { workerData: order });
      started.add(worker);
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the projection thread ended with ${code} before its work was done`)));
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'done') resolve(message.report);
        else if (message.kind === 'failed') reject(errorOf(message.failure));
        else attempt(() => onMessage(message, worker)).catch(reject);
      });
    });
  }
}

const attempt = async (action: () => Promise<void> | void): Promise<void> => action();

const namesOf = (projections: readonly Projection[]): readonly string[] => [...new Set(projections.map(({ name }) => name))];
