// Compiles TypeScript, and ESM packages of node_modules, to CommonJS for Jest. A JavaScript file is left alone
// unless the nearest package.json says `"type": "module"` (or it ends in .mjs): no list of packages to maintain.
const { createTransformer } = require('@swc/jest');
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const typescript = createTransformer({
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'commonjs' },
});
const javascript = createTransformer({
  jsc: { target: 'es2023', parser: { syntax: 'ecmascript', dynamicImport: true } },
  module: { type: 'commonjs' },
});

const typeByFolder = new Map();
function moduleType(folder) {
  const known = typeByFolder.get(folder);
  if (known !== undefined) return known;
  const file = join(folder, 'package.json');
  const declared = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).type : undefined;
  const parent = dirname(folder);
  const isRoot = existsSync(file) && /"name"/.test(readFileSync(file, 'utf8'));
  const type = declared ?? (isRoot || parent === folder ? 'commonjs' : moduleType(parent));
  typeByFolder.set(folder, type);
  return type;
}

const isModule = (file) => file.endsWith('.mjs') || (file.endsWith('.js') && moduleType(dirname(file)) === 'module');

module.exports = {
  canInstrument: false,
  process(source, file, options) {
    if (file.endsWith('.ts')) return typescript.process(source, file, options);
    if (isModule(file)) return javascript.process(source, file, options);
    return { code: source };
  },
  getCacheKey(source, file, options) {
    const transformer = file.endsWith('.ts') ? typescript : javascript;
    return `${isModule(file)}:${transformer.getCacheKey(source, file, options)}`;
  },
};
