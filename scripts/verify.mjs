// `npm run verify`: types, lint, format, architecture and tests, each with its seconds. Runs all steps, then judges.
// `node scripts/verify.mjs types lint` runs the named steps only.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireNode, runPackage, stop } from './toolchain.mjs';

const SOURCES = ['src', 'test', 'bench', 'migrations', 'scripts'];
const report = (line) => process.stdout.write(`${line}\n`);

const steps = {
  types: () => runPackage('typescript', 'tsc', ['--noEmit', '-p', 'tsconfig.json']),
  lint: async () => {
    const quick = await runPackage('oxlint', 'oxlint', ['--deny-warnings', '--disable-nested-config', '.']);
    const typed = await runPackage('eslint', 'eslint', ['--max-warnings', '0', '--no-error-on-unmatched-pattern', ...SOURCES]);
    return quick || typed;
  },
  format: () => runPackage('prettier', 'prettier', ['--check', '--log-level', 'warn', '.']),
  architecture: () =>
    runPackage('dependency-cruiser', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'src', 'test', 'bench', 'migrations']),
  tests: runTests,
};

/** Jest's own counts; a suite that could not even start counts as one failed test. */
const counts = { passed: 0, failed: 0, skipped: 0 };

/** What kills processes and watches them has the machine to itself; the rest runs two by two. */
const RUNS = [
  { projects: ['unit', 'architecture', 'story'], workers: 2 },
  { projects: ['kill', 'processes'], workers: 1 },
];

async function runTests() {
  let worst = 0;
  for (const { projects, workers } of RUNS) worst = Math.max(worst, await runJest(projects, workers));
  if (counts.passed + counts.failed === 0) report('No test ran; that is a failure.');
  if (counts.skipped > 0) report(`${counts.skipped} tests are skipped; make them run or delete them.`);
  return worst || Number(counts.failed > 0 || counts.passed === 0 || counts.skipped > 0);
}

async function runJest(projects, workers) {
  const folder = mkdtempSync(join(tmpdir(), 'vb-verify-'));
  const file = join(folder, 'jest.json');
  const watch = endAfter(file);
  try {
    const args = ['--selectProjects', ...projects, `--maxWorkers=${workers}`, '--json', `--outputFile=${file}`];
    const code = await runPackage('jest', 'jest', args, { quiet: true, signal: watch.signal });
    const result = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    return code;
  } finally {
    watch.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const PATIENCE_MS = 30_000;

/** A failed test may leave something open that keeps Jest from ending after its report: then it is ended, and the run has failed. */
function endAfter(file) {
  const controller = new AbortController();
  let reportedAt = 0;
  const look = setInterval(() => {
    if (!existsSync(file)) return;
    reportedAt ||= Date.now();
    if (Date.now() - reportedAt < PATIENCE_MS) return;
    report('The tests have left something open and do not end; they are stopped.');
    controller.abort();
    clearInterval(look);
  }, 1_000);
  return { signal: controller.signal, stop: () => clearInterval(look) };
}

requireNode();
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => steps[name] === undefined);
if (unknown !== undefined) stop(`There is no step "${unknown}"; the steps are ${Object.keys(steps).join(', ')}.`, 2);

const broken = [];
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const startedAt = performance.now();
  const code = await step();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  report(`${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  if (code !== 0) broken.push(name);
}
if (broken.length > 0) report(`verify failed: ${broken.join(', ')}`);
if (wanted.length === 0 || wanted.includes('tests')) report(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = broken.length > 0 ? 1 : 0;
