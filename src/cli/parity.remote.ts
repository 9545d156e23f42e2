/** `vb parity` through the running server: it gives the events, and they are decided again here. */
import type { EvaluationData } from '../contracts/evaluation';
import type { EventDto } from '../platform/http/events.dto';
import type { Page } from '../platform/http/page.dto';
import { LARGEST_PAGE } from '../platform/http/page-size';
import type { ParityReport } from '../simulation/live-parity';
import { type ParityRange, parityOf } from './parity-report';
import { ask, type RemoteFlags } from './remote';

export async function remoteParity(range: ParityRange & RemoteFlags): Promise<ParityReport> {
  const evaluations = await eventsOf(range, `evaluations-${range.position}`);
  const decisions = evaluations.map(({ position, data }) => ({ position, data: data as unknown as EvaluationData }));
  return parityOf(range, decisions, await eventsOf(range, `position-${range.position}`));
}

/** All events of one stream; the server gives those of every stream whose name begins so. */
async function eventsOf(flags: RemoteFlags, stream: string): Promise<readonly EventDto[]> {
  const events: EventDto[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = new URLSearchParams({ stream, limit: String(LARGEST_PAGE), ...(cursor === '' ? {} : { cursor }) });
    const page: Page<EventDto> = await ask(flags, 'GET', `/v1/events?${query.toString()}`);
    events.push(...page.items.filter((event) => event.stream === stream));
    cursor = page.next_cursor;
  }
  return events;
}
