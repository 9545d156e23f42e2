import { eventStoreContract } from './event-store.contract';
import { eventStoreLaw } from './event-store.law';
import { openMemory, openPostgres, openSqliteFile } from './opened-stores';

eventStoreContract('memory', openMemory);
eventStoreContract('sqlite', openSqliteFile);
eventStoreContract('PostgreSQL', openPostgres);
eventStoreLaw('memory', openMemory);
eventStoreLaw('sqlite', openSqliteFile);
eventStoreLaw('PostgreSQL', openPostgres);
