// What oxlint cannot see: rules that need types, and the rules that keep the product deterministic. Clock, randomness,
// timers, console and environment are ports; only adapters (*.adapter.ts) and the programs themselves touch the machine.
// A needed exception carries its reason: // eslint-disable-next-line <rule> -- <why>.
import tseslint from 'typescript-eslint';

const TESTS = ['src/**/*.spec.ts', 'src/**/*.spec-support.ts'];
const ADAPTERS = ['src/**/*.adapter.ts', 'src/main.ts', 'src/cli.ts', 'src/cli/**/*.ts'];
const SETTINGS = ['src/platform/settings*', 'src/platform/settings*/**'];

const CLOCK = 'Ask the Clock port (src/kernel/clock.ts); only *.adapter.ts reads the machine clock';
const RANDOM = 'Ask the Ids port (src/kernel/ids.ts) or an own port; only *.adapter.ts makes random values';
const TIMER = 'Due dates are queries and waits are ports; only *.adapter.ts sets timers';
const FLOAT = 'Amounts are exact: parse them with src/kernel/amount.ts, never as floats';
const STORED = 'A stored event may be of an older version: read its data with dataOf (src/platform/event-store/event-data.ts)';
const CONSOLE = 'Log with the injected logger, or write to the stream in an adapter';

const environment = [
  { object: 'process', property: 'env', message: 'Read settings from src/platform/settings; it validates the environment once, at start' },
];
const machine = [
  { object: 'Date', property: 'now', message: CLOCK },
  { object: 'performance', property: 'now', message: CLOCK },
  { object: 'process', property: 'hrtime', message: CLOCK },
  { object: 'process', property: 'uptime', message: CLOCK },
  { object: 'Math', property: 'random', message: RANDOM },
  ...['randomUUID', 'randomInt', 'randomBytes', 'randomFill', 'randomFillSync', 'getRandomValues', 'webcrypto'].map((property) => ({
    object: 'crypto',
    property,
    message: RANDOM,
  })),
  { object: 'Number', property: 'parseFloat', message: FLOAT },
  ...['setTimeout', 'setInterval', 'setImmediate'].map((property) => ({ object: 'globalThis', property, message: TIMER })),
];
const globals = [
  ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: TIMER })),
  { name: 'parseFloat', message: FLOAT },
  { name: 'console', message: CONSOLE },
];
const cryptoImports = {
  selector:
    'ImportDeclaration[source.value=/^(node:)?crypto$/] > ImportSpecifier[imported.name=/^(randomUUID|randomInt|randomBytes|randomFill|randomFillSync|webcrypto)$/]',
  message: RANDOM,
};
const style = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of strings: it needs no run-time code and reads the same in JSON' },
  {
    selector:
      'ClassDeclaration:has(Decorator > CallExpression[callee.name=/^(Injectable|Controller|CommandHandler|QueryHandler|EventsHandler)$/]) > ClassBody > MethodDefinition[kind="constructor"] > FunctionExpression[params.length>5]',
    message: 'More than five injected dependencies: the class does more than one thing, split it',
  },
];
const storedData = {
  selector:
    'CallExpression[callee.object.name="JSON"][callee.property.name="parse"] > :matches(Identifier[name="data"], MemberExpression[property.name="data"])',
  message: STORED,
};
const dates = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: CLOCK },
  { selector: 'CallExpression[callee.name="Date"]', message: CLOCK },
];

export default tseslint.config(
  { linterOptions: { reportUnusedDisableDirectives: 'off' } }, // oxlint reads the same comments and has rules of its own
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'migrations/**/*.ts', 'bench/**/*.ts', 'ormconfig.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': ['error', ...style],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...TESTS, ...SETTINGS],
    rules: { 'no-restricted-properties': ['error', ...environment] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...TESTS, ...ADAPTERS],
    rules: {
      'no-restricted-globals': ['error', ...globals],
      'no-restricted-syntax': ['error', ...style, ...dates, cryptoImports, storedData],
      'no-restricted-properties': ['error', ...machine, ...environment],
    },
  },
  {
    files: SETTINGS.map((pattern) => (pattern.endsWith('**') ? `${pattern}/*.ts` : `${pattern}.ts`)),
    ignores: TESTS,
    rules: { 'no-restricted-properties': ['error', ...machine] },
  },
);
