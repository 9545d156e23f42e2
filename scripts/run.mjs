// `node scripts/run.mjs <file in dist> [arguments]`: installs and builds what is missing, then runs one built program.
import { become, build, install, requireNode, stop } from './toolchain.mjs';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) stop('Name a built program, for example: node scripts/run.mjs dist/src/cli.js --help', 2);
requireNode();
await install();
await build();
become(program, args);
