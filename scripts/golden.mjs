// `npm run golden -- <name>`: records a log of today's release as a golden file, which every later release has to read.
// Without a name: accepts what today's program makes of all golden files; look at the difference before you commit it.
import { requireNode, runPackage, stop } from './toolchain.mjs';

const [name = '', ...others] = process.argv.slice(2);
if (others.length > 0) stop('One name at most: npm run golden -- 03-what-is-new', 2);
requireNode();
process.exitCode = await runPackage('jest', 'jest', ['--runInBand'], { env: { ...process.env, JEST_RUN: 'golden', GOLDEN_NAME: name } });
