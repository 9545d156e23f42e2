// Stops the PostgreSQL servers below a folder, and removes it, as soon as whoever started this process is gone:
// its end of the pipe closes even when it is killed. Usage: node postgres-reaper.cjs <folder>, stdin being the pipe.
const { existsSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const [folder] = process.argv.slice(2);

function postmasters() {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name, 'postmaster.pid'))
    .filter((file) => existsSync(file))
    .map((file) => Number(readFileSync(file, 'utf8').split('\n')[0]))
    .filter((pid) => Number.isInteger(pid) && pid > 1 && isAlive(pid));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function reap() {
  const pids = postmasters();
  for (const pid of pids) process.kill(pid, process.platform === 'win32' ? 'SIGTERM' : 'SIGQUIT');
  const waitForTheEnd = () => {
    if (pids.some(isAlive)) setTimeout(waitForTheEnd, 20);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  waitForTheEnd();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {}); // Ctrl+C goes to the whole group
process.stdin.on('end', reap).on('error', reap).resume();
