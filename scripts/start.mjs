// `npm start`: from a fresh clone to a running server with one command, quick the second time.
import { become, build, install, requireNode, say } from './toolchain.mjs';

requireNode();
await install();
await build();
say('Starting the server ...');
become('dist/src/main.js', process.argv.slice(2));
