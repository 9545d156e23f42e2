/** The catalogue of events is what the types say, and no shape of a version that was ever written changes unseen. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plant, type PlantedRepository, REPOSITORY } from './planted-repository';

jest.setTimeout(180_000);

const LEDGER = 'src/contracts/event-shapes.json';
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

function events(folder: string, ...options: readonly string[]): { readonly code: number | null; readonly said: string } {
  const args = [join(REPOSITORY, 'scripts/events.mjs'), '--root', folder, ...options];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { code: status, said: stderr };
}

/** What the catalogue is made from, with some of it changed. */
function plantContracts(changes: readonly (readonly [file: string, before: string, after: string])[]): PlantedRepository {
  const sources = ['src/kernel', 'src/rules', 'src/contracts', 'src/platform/event-store'].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder))
      .filter((name) => /\.(ts|json)$/.test(name) && !/\.spec/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const files = Object.fromEntries([...sources, 'docs/events.md'].map((file) => [file, read(REPOSITORY, file)]));
  for (const [file, before, after] of changes) {
    if (!files[file]?.includes(before)) throw new Error(`${file} does not hold ${before}`);
    files[file] = files[file].replace(before, after);
  }
  return plant(files);
}

describe('the catalogue of events', () => {
  const planted: PlantedRepository[] = [];
  const repository = (...changes: Parameters<typeof plantContracts>[0]): string => {
    const one = plantContracts(changes);
    planted.push(one);
    return one.folder;
  };
  afterAll(() => planted.forEach((one) => one.remove()));

  it('is what the types say', () => expect(events(REPOSITORY, '--check')).toEqual({ code: 0, said: '' }));

  it('tells whoever changes what is stored to raise the version, and is not made anew until then', () => {
    const folder = repository(
      [
        'src/contracts/position.ts',
        "'PositionHalted'; readonly data: { readonly reason: string }",
        "'PositionHalted'; readonly data: { readonly reason: AmountText }",
      ],
      ['src/contracts/position.ts', 'interface CashMovement {', 'interface CashMovement {\n  readonly note?: string;'],
      ['src/contracts/portfolio.ts', 'readonly former_name: string', 'readonly old_name: string'],
      ['src/contracts/catalog.ts', 'TenantCreated: 2', 'TenantCreated: 1'],
      ['src/contracts/catalog.ts', 'TickMissed: 1', 'TickMissed: 3'],
      ['src/contracts/catalog.ts', '  OrderExpired: 1,\n', ''],
      [LEDGER, '"regular_close": "amount | null"', '"regular_close": "amount"'], // in place of a version
    );
    const ledger = read(folder, LEDGER);
    const { code, said } = events(folder);
    expect(code).toBe(1);
    expect(said).toContain(
      'The shape of PositionHalted has changed (reason was text and is amount) but its version is still 1. Events of version 1 are ' +
        'stored and never change: raise PositionHalted to 2 in src/contracts/catalog.ts, write the upcaster from 1 to 2 in ' +
        'src/contracts/upcasters.ts, record a golden file (npm run golden -- <name>), then run npm run events.',
    );
    expect(said).toContain('The shape of CashDeposited has changed (note? is new)');
    expect(said).toContain('The shape of CashWithdrawn has changed (note? is new)');
    expect(said).toContain('The shape of PortfolioRenamed has changed (former_name is gone; old_name is new)');
    expect(said).toContain('TenantCreated was at version 2 and is at 1 in src/contracts/catalog.ts: versions only rise.');
    expect(said).toContain('TickMissed goes from version 1 to 3: versions rise one by one, make it 2.');
    expect(said).toContain('OrderExpired is gone from src/contracts/catalog.ts, but logs hold it');
    expect(said).toContain('The shape of SessionClosed has changed (regular_close was amount and is amount | null)');
    expect(said.trim().split('\n')).toHaveLength(8);
    expect(read(folder, LEDGER)).toBe(ledger);
  });

  it('takes in a new event and a raised version when it is made anew, and keeps what was', () => {
    const folder = repository(
      [
        'src/contracts/portfolio.ts',
        '\nexport type PortfolioEvent =',
        "\nexport type PortfolioEvent =\n  /** Nobody looks at it any more. */\n  | { readonly type: 'PortfolioArchived'; readonly data: { readonly reason: string } }",
      ],
      ['src/contracts/portfolio.ts', 'readonly former_name: string', 'readonly old_name: string'],
      ['src/contracts/catalog.ts', 'PortfolioRenamed: 1', 'PortfolioRenamed: 2,\n  PortfolioArchived: 1'],
    );
    expect(events(folder, '--check')).toEqual({
      code: 1,
      said: 'Not what the types of src/contracts say: src/contracts/event-shapes.json, docs/events.md. Run npm run events and commit what it writes.\n',
    });
    expect(events(folder).code).toBe(0);
    expect(JSON.parse(read(folder, LEDGER))).toMatchObject({
      PortfolioArchived: { 1: { reason: 'text' } },
      PortfolioRenamed: { 1: { former_name: 'text', name: 'text' }, 2: { name: 'text', old_name: 'text' } },
    });
    expect(read(folder, 'docs/events.md')).toMatch(/### PortfolioArchived\n\nNobody looks at it any more\./);
    expect(events(folder, '--check').code).toBe(0);
  });

  it('takes no type whose changes it could not see', () => {
    const folder = repository([
      'src/contracts/order.ts',
      "'OrderAccepted'; readonly data: { readonly broker_order_id: string }",
      "'OrderAccepted'; readonly data: { readonly broker_order_id: object }",
    ]);
    expect(events(folder).said).toContain('OrderAccepted: the type of broker_order_id is object, whose changes nobody would notice.');
  });
});
