// Unit, architecture, story and kill tests. JEST_RUN=live adds the network, JEST_RUN=soak takes the long way:
// `npm run test:live` and `npm run soak` set it, and tests may read it to choose their length. JEST_RUN=golden records golden files.
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/postgres-begin.cjs',
  globalTeardown: '<rootDir>/test/support/postgres-end.cjs',
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/test/support/jest-transform.cjs' },
  transformIgnorePatterns: [],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
const SPECIAL = ['/node_modules/', '\\.live\\.spec\\.ts$', '\\.soak\\.spec\\.ts$'];
const project = (displayName, ...testMatch) => ({ ...base, displayName, testMatch, testPathIgnorePatterns: SPECIAL });
const special = (displayName, ...testMatch) => ({ ...base, displayName, testMatch });

const kill = project('kill', '<rootDir>/test/kills/**/*.spec.ts');
const processes = project('processes', '<rootDir>/test/processes/**/*.spec.ts');
const runs = {
  default: [
    project('unit', ...['src', 'test/contract', 'test/parity', 'test/golden'].map((folder) => `<rootDir>/${folder}/**/*.spec.ts`)),
    project('architecture', '<rootDir>/test/architecture/**/*.spec.ts'),
    project('story', '<rootDir>/test/stories/**/*.spec.ts', '<rootDir>/test/tamper/**/*.spec.ts'),
    kill,
    processes,
  ],
  live: [special('live', '<rootDir>/src/**/*.live.spec.ts', '<rootDir>/test/**/*.live.spec.ts')],
  golden: [special('golden', '<rootDir>/test/golden/**/*.record.ts')],
  soak: [special('soak', '<rootDir>/src/**/*.soak.spec.ts', '<rootDir>/test/**/*.soak.spec.ts'), kill, processes],
};

const run = process.env.JEST_RUN || 'default';
if (runs[run] === undefined) throw new Error(`JEST_RUN is one of ${Object.keys(runs).join(', ')}; received ${run}`);

module.exports = { testTimeout: run === 'soak' ? 3_600_000 : 60_000, projects: runs[run] };
