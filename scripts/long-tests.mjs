// `npm run soak` and `npm run test:live`: the tests that are too long, or need the network, for every change.
import { build, install, requireNode, runPackage, stop } from './toolchain.mjs';

const [kind, ...args] = process.argv.slice(2);
if (kind !== 'soak' && kind !== 'live') stop('Say which: node scripts/long-tests.mjs soak | live', 2);
requireNode();
await install();
await build(); // the long tests kill and watch the built program
process.exitCode = await runPackage('jest', 'jest', ['--runInBand', ...args], { env: { ...process.env, JEST_RUN: kind } });
