/** Logs that earlier releases wrote are read by today's program, and mean today what they meant then. */
import { readFileSync } from 'node:fs';
import { schemaVersionOf } from '../../src/contracts/catalog';
import { faultOf, knownShapes, shapeOf } from '../../src/contracts/event-form';
import type { RecordedEvaluation } from '../../src/contracts/evaluation';
import { dataOf } from '../../src/platform/event-store/event-data';
import { ProjectionRebuilder } from '../../src/platform/projections/projection-rebuilder';
import { redecide } from '../../src/trading/evaluation';
import { expandEvaluation } from '../../src/trading/evaluation.record';
import { expectedFile, goldenNames, goldenRows, type GoldenStore, openGolden, type StoredRow } from './golden-store';

const NEEDED = 'record one with npm run golden -- <name>, where test/golden/lifetime.ts makes this event happen';

describe('golden events', () => {
  const rows: readonly StoredRow[] = goldenNames().flatMap(goldenRows);
  const versionOf = ({ type, schema_version }: StoredRow): string => `${type} version ${schema_version}`;
  const versions = new Set(rows.map(versionOf));

  it.each(knownShapes().map(({ type, version }) => `${type} version ${version}`))('hold %s', (version) => {
    expect(versions.has(version) ? [] : [`No golden file holds ${version}: ${NEEDED}`]).toEqual([]);
  });

  it('have exactly the shape that the ledger has of their version', () => {
    const faults = rows.map((row) => {
      const shape = shapeOf(String(row['type']), Number(row['schema_version']));
      const fault = shape === undefined ? 'not in the ledger' : faultOf(shape, JSON.parse(String(row['data'])), true);
      return fault === null ? null : `${versionOf(row)} at ${row['position']}: ${fault}`;
    });
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
  });
});

describe.each(goldenNames())('the log of %s', (name) => {
  let golden: GoldenStore;

  beforeAll(async () => {
    golden = await openGolden(name);
  });
  afterAll(() => golden.close());

  it('is whole: nobody has changed what was recorded', async () => {
    const { store } = golden.app.platform.opened;
    for (const log of await store.logs()) expect((await store.verify(log)).firstBad).toBeNull();
  });

  it('is read in exactly the shape of today', () => {
    const faults = golden.events.map((event) => {
      const fault = faultOf(shapeOf(event.type, schemaVersionOf(event.type)) ?? '', dataOf(event), true);
      return fault === null ? null : `${event.type} version ${event.schema_version} at ${event.position}: ${fault}`;
    });
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
  });

  it('gives the states, rows, positions and answers that it always gave', async () => {
    expect(await golden.result()).toEqual(JSON.parse(readFileSync(expectedFile(name), 'utf8')));
  });

  it('rebuilds every read table to what its own verification expects', async () => {
    expect(await golden.app.nest.get(ProjectionRebuilder).verify('all')).toMatchObject({ isEqual: true });
  });

  it('holds decisions that today’s rules make again from the event alone', () => {
    const evaluations = golden.events
      .filter(({ type }) => type === 'EvaluationRecorded')
      .map((event) => expandEvaluation(dataOf(event) as unknown as RecordedEvaluation, event));
    expect(evaluations.length).toBeGreaterThan(0);
    for (const evaluation of evaluations) expect(evaluation).toMatchObject(redecide(evaluation));
  });
});
