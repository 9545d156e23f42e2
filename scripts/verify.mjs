// `npm run verify`: types, lint, format, architecture and tests, each with its seconds. Runs all steps, then judges.
// `node scripts/verify.mjs types lint` runs the named steps only.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireNode, runPackage, stop } from './toolchain.mjs';

const SOURCES = ['src', 'test', 'bench', 'migrations', 'scripts'];
const PROJECTS = ['unit', 'architecture', 'story', 'kill', 'processes'];
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
let counts = { passed: 0, failed: 0, skipped: 0 };

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'vb-verify-'));
  const file = join(folder, 'jest.json');
  try {
    const code = await runPackage('jest', 'jest', ['--selectProjects', ...PROJECTS, '--json', `--outputFile=${file}`], { quiet: true });
    const result = JSON.parse(readFileSync(file, 'utf8'));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    counts = { passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests };
    if (counts.passed + counts.failed === 0) report('No test ran; that is a failure.');
    if (counts.skipped > 0) report(`${counts.skipped} tests are skipped; make them run or delete them.`);
    return code || Number(counts.failed > 0 || counts.passed === 0 || counts.skipped > 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
