/** Stored answers: the row is part of the append, so an effect without its answer cannot exist. */
import { readTable } from '../projections/projection';

export const idempotencyTable = readTable('idempotency_keys', ['key'], ['fingerprint', 'status', 'body', 'recorded_at']);
