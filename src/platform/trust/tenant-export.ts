/** Writes one tenant's events with the proof that they are all, and unchanged: nobody needs our database to check it. */
import type { Clock } from '../../kernel/clock';
import { DomainError } from '../../kernel/errors';
import { chainHash, genesis } from '../event-store/event-hash';
import { leafOf } from '../event-store/event-chain';
import type { ChainedEvent, EventStore, TenantScope } from '../event-store/event-store.port';
import { EXPORT_FORMAT, eventLine, PositionDigest, type Statement, statementText, textOf } from './export-lines';
import type { HeadCells } from './head-lines';
import type { Signer } from './signatures';

const PAGE = 500;

export interface ExportParts {
  readonly store: Pick<EventStore, 'head' | 'readChained'>;
  readonly signer: Signer;
  readonly clock: Clock;
}

/**
 * The lines of the file, page by page, up to where the log ends when it begins. Recomputes the chain on its way and throws
 * DomainError `export.damaged_log` instead of signing one that does not hold.
 */
export async function* tenantExport({ store, signer, clock }: ExportParts, scope: TenantScope): AsyncGenerator<string> {
  const { log, tenantId } = scope;
  const upTo = await store.head(log);
  const own = new PositionDigest();
  let head: HeadCells = { log, position: 0, chain: genesis(log), recorded_at: '' };
  yield textOf({ format: EXPORT_FORMAT, log, tenant_id: tenantId });
  while (head.position < upTo) {
    const page = await store.readChained({ log, after: head.position, upTo, limit: PAGE });
    let text = '';
    let leaves: string[] = [];
    const endRun = (): void => {
      if (leaves.length > 0) text += textOf({ leaves });
      leaves = [];
    };
    for (const event of page) {
      head = nextHead(head, event);
      if (event.tenant_id !== tenantId) {
        leaves.push(event.leaf);
        continue;
      }
      endRun();
      own.add(event.position);
      text += textOf(eventLine(event, event.salt));
    }
    endRun();
    if (page.length === 0) throw damaged(head.position + 1);
    yield text;
  }
  const statement: Statement = { signed_at: clock.now(), tenant_id: tenantId, head, events: own.count, positions: own.end() };
  const signature = await signer.sign(statementText(statement));
  yield textOf({ statement, key: signer.keyId, public_key: signer.publicKey, signature });
}

function nextHead({ log, position, chain }: HeadCells, event: ChainedEvent): HeadCells {
  const holds =
    event.position === position + 1 && leafOf(event) === event.leaf && chainHash(chain, event.position, event.leaf) === event.chain;
  if (!holds) throw damaged(position + 1);
  return { log, position: event.position, chain: event.chain, recorded_at: event.recorded_at };
}

const damaged = (position: number): DomainError =>
  new DomainError(
    'export.damaged_log',
    `The log does not hold at position ${position}, so nothing can be proved with it; run vb events verify`,
  );
