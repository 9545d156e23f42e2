/** Every migration, oldest first: a new one is a file beside this one and a line here. */
import { Events1795132800001 } from './0001-events';

export const migrations = [Events1795132800001] as const;
