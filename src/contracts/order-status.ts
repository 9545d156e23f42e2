/** What orders have in common wherever they are folded: apart from the commands, which bring the framework's bus with them. */
import type { OrderStatus } from './order';

export const TERMINAL_STATUSES: readonly OrderStatus[] = ['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'SKIPPED'];
export const isTerminal = (status: OrderStatus): boolean => TERMINAL_STATUSES.includes(status);

/** What the unique keys of a tick's orders start with; a caller's key, whatever it looks like, never takes their place. */
export const tickOrderKeys = (tickId: string): string => `order:tick:${tickId}:`;
