import { openScratchQueue } from '../../src/platform/queue/scratch-queue.spec-support';
import { openPostgresQueue } from './opened-queues';
import { queueContract } from './queue.contract';

queueContract('SQLite', openScratchQueue, { hasOneOwner: true });
queueContract('PostgreSQL', openPostgresQueue, { hasOneOwner: false });
