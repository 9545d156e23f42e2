// `npm run build`: installs what is missing and compiles into dist.
import { build, install, requireNode } from './toolchain.mjs';

requireNode();
await install();
await build();
