// The house's layers, by machine. A file imports its own folder and layers below, never above; contexts meet in
// contracts only. test/architecture plants a violation of each rule and proves that the rule catches it.
const TEST = '\\.(spec|spec-support)\\.ts$';
const APP = '^src/([^/]+\\.ts$|cli/|demo/)';
const LOWER = '^src/(kernel|rules|contracts|platform|market-data)/';
const BAD_NAME = '(^|/)(utils?|helpers?|common|types)(\\.ts$|/)';
const NOT_OURS = '^(src|test|bench|scripts|migrations)/';
/** What a production file of a layer may import of the repository; everything else in src lies above it. */
const reach = (name, layer, ...below) => ({
  name: `${name}-imports-downwards`,
  comment: `${layer} may import ${['itself', ...below].join(', ')} and nothing above`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/(${[layer, ...below].join('|')})/` },
});
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    reach('kernel', 'kernel'),
    reach('rules', 'rules', 'kernel'),
    reach('contracts', 'contracts', 'rules', 'kernel'),
    reach('platform', 'platform', 'contracts', 'rules', 'kernel'),
    reach('market-data', 'market-data', 'platform', 'contracts', 'rules', 'kernel'),
    forbid(
      'contexts-meet-in-contracts',
      'A context imports no other context: put the message into src/contracts and let a policy or the stream runner carry it',
      { path: '^src/([^/]+)/', pathNot: [LOWER, APP, '^src/simulation/'] },
      { path: '^src/[^/]+/', pathNot: [LOWER, APP, '^src/$1/'] },
    ),
    forbid(
      'simulation-borrows-deciders-only',
      'Simulation runs the live deciders, so it may import *.decider.ts of other contexts and nothing else of them',
      { path: '^src/simulation/' },
      { path: '^src/[^/]+/', pathNot: [LOWER, APP, '^src/simulation/', '\\.decider\\.ts$'] },
    ),
    forbid(
      'nobody-imports-the-programs',
      'main, cli, app.module, cli/ and demo/ wire everything together; nothing below them may know them',
      { path: '^src/', pathNot: [APP] },
      { path: APP },
    ),
    forbid(
      'pure-layers-import-no-package',
      'kernel and rules are plain TypeScript: no npm package, no node: module',
      { path: '^src/(kernel|rules)/', pathNot: TEST },
      { pathNot: NOT_OURS },
    ),
    forbid(
      'contracts-know-only-the-bus',
      'contracts may use the Command and Query classes of @nestjs/cqrs, no other package and no node: module',
      { path: '^src/contracts/', pathNot: TEST },
      { pathNot: [NOT_OURS, '(^|/)@nestjs/cqrs'] },
    ),
    forbid(
      'drivers-stay-in-platform',
      'Only src/platform knows the drivers of databases; ask its ports',
      { path: '^src/', pathNot: ['^src/platform/', TEST] },
      { path: ['(^|/)better-sqlite3(-napi)?(/|$)', '(^|/)node_modules/(@types/)?pg(/|$)'] },
    ),
    forbid(
      'event-store-behind-its-port',
      'Import event-store.port.ts; the database is chosen where the application is wired',
      { path: '^src/', pathNot: ['^src/platform/', '^src/(main|cli|app\\.module)\\.ts$', '^src/cli/', TEST] },
      { path: '^src/platform/(event-store|database)/(sqlite|postgres)-' },
    ),
    forbid(
      'machine-only-in-adapters',
      'Timers, processes and sockets belong into a file named *.adapter.ts behind a port',
      { path: '^src/', pathNot: ['\\.adapter\\.ts$', '^src/(main|cli)\\.ts$', '^src/cli/', TEST] },
      {
        path: '^(node:)?(timers|timers/promises|child_process|cluster|dgram|dns|net|tls|http|https|http2)$',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid('no-cycles', 'Two files that need each other are one file, or a third is missing', {}, { circular: true }),
    forbid(
      'no-barrels',
      'No index.ts that only re-exports: import the file itself',
      {},
      { path: '(^|/)index\\.ts$', pathNot: 'node_modules' },
    ),
    forbid(
      'no-vague-names',
      'Name the file after what it does, not utils, helpers, common or types',
      {},
      { path: BAD_NAME, pathNot: 'node_modules' },
    ),
    forbid(
      'no-test-code-in-src',
      'Production code must not need tests, benches or scripts',
      { path: '^src/', pathNot: TEST },
      { path: ['^(test|bench|scripts)/', TEST] },
    ),
    forbid(
      'no-dev-package-in-src',
      'A package the product needs at run time belongs into dependencies',
      { path: '^src/', pathNot: TEST },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^|/)(@types/)?better-sqlite3',
      },
    ),
    forbid(
      'no-unresolved-import',
      'The import does not exist; a package that is optional by design is listed here',
      { path: '^src/' },
      { couldNotResolve: true, pathNot: '^(better-sqlite3(-napi)?|yahoo-finance2)$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
