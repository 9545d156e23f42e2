// `npm test`: everything a clone needs before a merge: install, build, verify.
import { build, install, requireNode, run } from './toolchain.mjs';

requireNode();
await install();
await build();
process.exitCode = await run(process.execPath, ['scripts/verify.mjs']);
