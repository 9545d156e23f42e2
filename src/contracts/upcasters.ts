/**
 * How an event of an older version becomes today's: one pure step per version, one after the other. What is stored never changes, so
 * every step stays here for ever, and is wrong only if it says something else than what was true when the event was written.
 */
import type { DomainEventType } from './catalog';

/** The data of an event, parsed. */
export type EventData = Readonly<Record<string, unknown>>;
type Upcaster = (data: EventData) => EventData;
/** By the version that a step starts from. */
type Steps = Readonly<Record<number, Upcaster>>;

/** The new version only adds fields that may be missing: what is missing in an old event is missing rightly. */
const asItIs: Upcaster = (data) => data;

const UPCASTERS: Readonly<Partial<Record<DomainEventType, Steps>>> = {
  /** Splits: what a completed order's anchor was set at, a fill in shares of today, a quote restated by an action. */
  AnchorSet: { 1: asItIs },
  PositionUpdated: { 1: asItIs },
  EvaluationRecorded: { 1: asItIs },
  /** When there was one log only, every tenant belonged to it. */
  TenantCreated: { 1: (data) => ({ ...data, log: 1 }) },
};

const steps = new Map<string, Steps>(Object.entries(UPCASTERS));

/** Data of version `from` in the shape of version `to`. Throws where a step is missing: the tests see to it that none is. */
export function upcast(type: string, from: number, to: number, data: EventData, own: ReadonlyMap<string, Steps> = steps): EventData {
  let upcasted = data;
  for (let version = from; version < to; version++) {
    const step = own.get(type)?.[version];
    if (!step) throw new Error(`there is no upcaster of ${type} from version ${version} to ${version + 1}`);
    upcasted = step(upcasted);
  }
  return upcasted;
}
