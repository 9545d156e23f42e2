/**
 * Not a test of the product: `npm run golden -- <name>` records a golden file of today's release, and without a name it accepts what
 * today's program makes of all of them. Files that are there are never recorded again.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { expectedFile, goldenFile, goldenNames, openGolden } from './golden-store';
import { liveThrough } from './lifetime';

const name = process.env['GOLDEN_NAME'] ?? '';

async function accept(golden: string): Promise<void> {
  const { result, close } = await openGolden(golden);
  try {
    writeFileSync(expectedFile(golden), `${JSON.stringify(await result(), null, 1)}\n`);
  } finally {
    await close();
  }
}

it(name === '' ? 'accepts what today’s program makes of the golden files' : `records ${name}`, async () => {
  if (name !== '') {
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new Error(`A name of small letters, digits, dots and dashes, please; received ${name}`);
    if (existsSync(goldenFile(name))) throw new Error(`${name} is recorded already, and golden files never change; choose another name`);
    const scratch = await liveThrough();
    try {
      const rows = await scratch.app.platform.opened.sql.read('SELECT * FROM events ORDER BY log, position');
      writeFileSync(goldenFile(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    } finally {
      await scratch.close();
    }
  }
  for (const golden of name === '' ? goldenNames() : [name]) await accept(golden);
});
