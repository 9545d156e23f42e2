import { eventStoreContract } from './event-store.contract';
import { eventStoreLaw } from './event-store.law';
import { openMemory, openSqliteFile } from './opened-stores';

eventStoreContract('memory', openMemory);
eventStoreContract('sqlite', openSqliteFile);
eventStoreLaw('memory', openMemory);
eventStoreLaw('sqlite', openSqliteFile);
