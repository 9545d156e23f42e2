import { openScratchQueue } from '../../src/platform/queue/scratch-queue.spec-support';
import { queueContract } from './queue.contract';

queueContract('SQLite', openScratchQueue);
