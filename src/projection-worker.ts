/** The program of a thread that folds the log into read tables: the same streams as the program that started it, and nothing else of it. */
import { appStreams } from './app.streams';
import { doProjectionWork } from './platform/projections/projection-thread.adapter';

void doProjectionWork(appStreams);
