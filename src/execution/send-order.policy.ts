/** Every intent in the log becomes a message of the order queue; an order's id names it, so that twice is once. */
import { streamId } from '../kernel/decider';
import type { RecordedEvent } from '../platform/event-store/event-store.port';
import type { RowWrite } from '../platform/event-store/row-write';
import type { IntentQueue, NewMessage } from '../platform/queue/queue.port';
import type { SubscriptionDefinition } from '../platform/subscriptions/subscription.port';

export const ORDER_QUEUE = 'orders';

export interface OrderMessage {
  readonly order_id: string;
  readonly position_id: string;
  /** What the order is part of, and the event that brings it to the worker: both stand on everything that the worker records. */
  readonly correlation_id: string;
  readonly causation_id: string | null;
}

/** `wake` is called when messages are durable: the worker need not wait for its next look. */
export const sendOrders = (queue: IntentQueue, wake: () => void): SubscriptionDefinition => ({
  name: 'send-orders',
  handles: (type) => type === 'OrderIntentQueued',
  handle: (events) => Promise.resolve(events.map((event) => messageOf(queue, event))),
  committed: wake,
});

function messageOf(queue: IntentQueue, { log, tenant_id, stream, position_id, correlation_id, event_id }: RecordedEvent): RowWrite {
  const message = { order_id: streamId(stream), position_id: position_id ?? '', correlation_id, causation_id: event_id };
  return queue.enqueueWrite(log, orderMessage(tenant_id, message));
}

/** The message that brings an order to the worker. */
export const orderMessage = (tenantId: string, message: OrderMessage): NewMessage => ({
  tenantId,
  queue: ORDER_QUEUE,
  id: message.order_id,
  payload: JSON.stringify(message),
});
