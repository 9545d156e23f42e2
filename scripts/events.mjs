// `npm run events`: makes the catalogue of events from the types of src/contracts. With --check it only says what is not as it should be.
// `--root <folder>` reads another clone than this one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { extendLedger, LEDGER } from './event-ledger.mjs';
import { eventsPage, PAGE } from './event-pages.mjs';
import { eventsOf, headerFields, Mistake, openContracts } from './event-shapes.mjs';
import { ROOT, say, stop } from './toolchain.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, root: { type: 'string', default: ROOT } } });
const root = resolve(values.root);
const read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');

/** Formatted as the format step of verify wants it. */
async function pretty(file, text) {
  return format(text, { ...(await resolveConfig(join(ROOT, file))), filepath: file });
}

async function made() {
  const contracts = openContracts(root);
  const events = eventsOf(contracts);
  const ledger = extendLedger(JSON.parse(read(LEDGER) || '{}'), events);
  return [
    [LEDGER, await pretty(LEDGER, JSON.stringify(ledger))],
    [PAGE, await pretty(PAGE, eventsPage(root, events, ledger, headerFields(contracts)))],
  ];
}

try {
  const stale = (await made()).filter(([file, text]) => read(file) !== text);
  if (values.check) {
    if (stale.length > 0)
      stop(
        `Not what the types of src/contracts say: ${stale.map(([file]) => file).join(', ')}. Run npm run events and commit what it writes.`,
      );
  } else {
    for (const [file, text] of stale) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
      say(`${file} is new`);
    }
  }
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  stop(error.message);
}
