// Unit, contract and story tests. The long versions run by `npm run soak`.
const base = {
  testEnvironment: 'node',
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/test/support/jest-transform.cjs' },
  transformIgnorePatterns: [],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

module.exports = {
  testTimeout: 60_000,
  projects: [
    { ...base, displayName: 'unit', rootDir: __dirname, testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/contract/**/*.spec.ts'] },
    { ...base, displayName: 'story', rootDir: __dirname, testMatch: ['<rootDir>/test/stories/**/*.spec.ts'] },
    { ...base, displayName: 'kill', rootDir: __dirname, testMatch: ['<rootDir>/test/kills/**/*.spec.ts'] },
  ],
};
