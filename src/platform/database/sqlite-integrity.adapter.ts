/** SQLite's own check of every page and index, in a thread of its own: it reads the whole file in one call. */
import { Worker } from 'node:worker_threads';
import { driverPackage } from './sqlite-driver';

/** Plain JavaScript, since a thread starts without the program's module loader. */
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Driver = require(workerData.driver);
  const connection = new Driver(workerData.file, { readonly: true });
  const rows = connection.pragma('integrity_check(20)');
  connection.close();
  parentPort.postMessage(rows.map((row) => String(row.integrity_check)));
`;

/** Sentences of SQLite's; none where the file is sound. Throws what the thread throws. */
export async function integrityFaults(file: string): Promise<readonly string[]> {
  const driver = require.resolve(driverPackage(process.versions.napi));
  const worker = new Worker(SCRIPT, { eval: true, workerData: { driver, file } });
  const lines = await new Promise<readonly string[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the check of the file ended without an answer')));
  });
  return lines.filter((line) => line !== 'ok');
}
