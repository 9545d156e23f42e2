/** Apart from the commands on instruments: whoever only lists exchanges loads no framework. */
import type { Exchange } from './instrument';

export const EXCHANGES: readonly Exchange[] = ['XNYS', 'XNAS', '24X7'];
