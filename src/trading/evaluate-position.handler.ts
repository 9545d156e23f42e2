/** Evaluations on request, and again for an order whose market drifted away. */
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { type CommandContext } from '../kernel/context';
import { ConflictError, InputError, NotFoundError } from '../kernel/errors';
import { cashToReserve } from '../rules/reservation';
import { EvaluatePosition, type EvaluationData, type EvaluationView } from '../contracts/evaluation';
import { type OrderCommandBody, ReevaluateOrder, type Reevaluation } from '../contracts/order';
import type { PositionCommandBody } from '../contracts/position';
import { StreamRunner } from '../platform/streams/stream-runner';
import { settingsOf } from './evaluation';
import { evaluationStream } from './evaluation.decider';
import { type EvaluationRequest, PositionEvaluator } from './position.evaluator';
import { QuoteBoards } from '../market-data/quote-board';

@CommandHandler(EvaluatePosition)
export class EvaluatePositionHandler implements ICommandHandler<EvaluatePosition> {
  constructor(
    private readonly evaluator: PositionEvaluator,
    private readonly boards: QuoteBoards,
  ) {}

  async execute({ context, positionId, options }: EvaluatePosition): Promise<EvaluationView> {
    const { price, dryRun } = options;
    if (price !== null && parseAmount(price, 'price') <= 0n) throw new InputError('amount.not_positive', 'price', 'more than zero', price);
    const request: EvaluationRequest = {
      tick_id: null,
      trigger_kind: 'manual',
      dedupe: context.idempotency?.key ?? context.correlationId,
      quotes: price === null ? this.boards.current() : this.boards.fixed(price),
    };
    if (dryRun) {
      const data = await this.evaluator.preview(context, positionId, request);
      if (!data) throw new NotFoundError('position');
      return { ...data, dry_run: true };
    }
    const recorded = await this.evaluator.recordOne(context, positionId, request, (data): EvaluationView => ({ ...data, dry_run: false }));
    if (!recorded) throw new NotFoundError('position');
    if (recorded.outcome === 'already_recorded') {
      throw new ConflictError('evaluation.recorded', 'This key has evaluated the position already; send it again for the stored answer');
    }
    return { ...recorded.data, dry_run: false };
  }
}

@CommandHandler(ReevaluateOrder)
export class ReevaluateOrderHandler implements ICommandHandler<ReevaluateOrder> {
  constructor(
    private readonly evaluator: PositionEvaluator,
    private readonly boards: QuoteBoards,
    private readonly streams: StreamRunner,
  ) {}

  async execute({ context, order }: ReevaluateOrder): Promise<Reevaluation> {
    const request: EvaluationRequest = { tick_id: null, trigger_kind: 'drift', dedupe: order.order_id, quotes: this.boards.current() };
    const decided = await this.evaluator.preview(context, order.position_id, request, true);
    if (!decided) throw new NotFoundError('position');
    const evaluated: EvaluationData = { ...decided, order_id: order.order_id };
    const side = await this.sideOf(context, order.order_id);
    return evaluated.action === side ? this.reprice(context, evaluated) : this.skip(context, evaluated);
  }

  private async sideOf(context: CommandContext, orderId: string): Promise<string | null> {
    const found = await this.streams.load<{ readonly action?: string }>(context.tenantId, `order-${orderId}`);
    return found?.state.action ?? null;
  }

  private async reprice(context: CommandContext, data: EvaluationData): Promise<Reevaluation> {
    const settings = settingsOf(data.settings);
    const { order_id: orderId, action, qty, price_effective: price, deltas } = data;
    if (orderId === null || qty === null || price === null || (action !== 'BUY' && action !== 'SELL'))
      throw new Error('an order without a price');
    const cash = action === 'BUY' ? cashToReserve(parseAmount(qty), parseAmount(price), settings, parseAmount(data.position.cash)) : ZERO;
    const reprice: OrderCommandBody = {
      type: 'RepriceOrder',
      data: { evaluation_price: price, qty, commission_estimated: deltas?.commission ?? '0' },
    };
    const reserve: PositionCommandBody = {
      type: 'ReserveForOrder',
      data: { order_id: orderId, side: action, qty, cash: formatAmount(cash), manual: false, short_selling: settings.short_selling },
    };
    await this.record(context, data, reprice, reserve);
    return { decision: 'repriced' };
  }

  private async skip(context: CommandContext, data: EvaluationData): Promise<Reevaluation> {
    const reason = `DRIFT:${data.reason}`;
    const skip: OrderCommandBody = { type: 'SkipOrder', data: { reason } };
    const release: PositionCommandBody = {
      type: 'ReleaseReservation',
      data: { order_id: data.order_id ?? '', outcome: 'SKIPPED', order_price: null },
    };
    await this.record(context, data, skip, release);
    return { decision: 'skipped', reason };
  }

  private async record(
    context: CommandContext,
    data: EvaluationData,
    order: OrderCommandBody,
    position: PositionCommandBody,
  ): Promise<void> {
    await this.streams.run(context, [
      { stream: evaluationStream(data.position_id), command: { type: 'RecordEvaluation', data } },
      { stream: `order-${data.order_id ?? ''}`, command: order },
      { stream: `position-${data.position_id}`, command: position },
    ]);
  }
}
