// Before and after a test run: a folder for the run's one PostgreSQL server, which the first test that needs it starts
// there, and the reaper that stops it when this process ends, whichever way.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

let reaper = null;

async function begin() {
  if (reaper !== null || process.env.TEST_DATABASE_URL) return;
  const home = mkdtempSync(join(tmpdir(), 'vb-pg-run-'));
  process.env.VB_TEST_POSTGRES = home;
  const script = join(__dirname, 'postgres-reaper.cjs');
  reaper = spawn(process.execPath, [script, home], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  reaper.unref();
}

async function end() {
  if (reaper === null) return;
  const ended = once(reaper, 'exit');
  reaper.ref();
  reaper.stdin.end();
  reaper = null;
  await ended;
}

module.exports = { begin, end };
