/** One tick: evaluates every open position of its scope once. Any number of processes may run the same tick. */
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isInstant } from '../kernel/clock';
import { type CommandContext, SYSTEM_TENANT } from '../kernel/context';
import { InputError } from '../kernel/errors';
import { RunTick, type TickCounts, type TickScope, type TickView } from '../contracts/tick';
import { StreamRunner } from '../platform/streams/stream-runner';
import { PositionEvaluator } from './position.evaluator';
import { type QuoteBoard, QuoteBoards } from '../market-data/quote-board';
import { type TickCommand, type TickState, tickStream } from './tick.decider';
import { TickMarket } from './tick-market';
import { NOTHING_DONE, type TickShare, TickSharing } from './tick-sharing';

@CommandHandler(RunTick)
export class RunTickHandler implements ICommandHandler<RunTick> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly evaluator: PositionEvaluator,
    private readonly boards: QuoteBoards,
    private readonly market: TickMarket,
    private readonly sharing: TickSharing,
  ) {}

  async execute({ context, tickId, scope }: RunTick): Promise<TickView> {
    if (!isInstant(tickId)) throw new InputError('tick.id', 'tick_id', 'an instant such as 2026-11-20T14:35:00.000Z', tickId);
    const owner: CommandContext = { ...context, tenantId: scope.kind === 'all' ? SYSTEM_TENANT : context.tenantId, idempotency: null };
    const { state, startedBy } = await this.start(owner, tickId, scope);
    if (state.status === 'COMPLETED') return { tick_id: tickId, status: 'already_completed', positions: countOf(state), ...state.counts };
    const quotes = this.boards.current();
    const cause: CommandContext = { ...owner, correlationId: tickId, causationId: startedBy };
    const counts = await this.sharing.run(owner, tickId, state.positions, (share) => this.evaluateShare(cause, tickId, share, quotes));
    const isComplete = counts.failed === 0;
    if (isComplete) await this.complete(owner, tickId, counts);
    return { tick_id: tickId, status: isComplete ? 'completed' : 'incomplete', positions: countOf(state), ...counts };
  }

  private async start(owner: CommandContext, tickId: string, scope: TickScope): Promise<{ state: StartedTick; startedBy: string | null }> {
    const stream = tickStream(tickId);
    const result = await this.streams.run(owner, async (load) => {
      const loaded = await load<TickState>(stream);
      if (loaded) return [{ stream, command: { type: 'StartTick', data: {} }, loaded }];
      const positions = await this.market.openPositions(scope.kind === 'all' ? null : owner.tenantId);
      const command: TickCommand = {
        type: 'StartTick',
        data: { tick_id: tickId, started_at: this.market.now(), calendar_version: this.market.calendarVersion(), positions },
      };
      return [{ stream, command, loaded }];
    });
    const { state } = result.state<TickState>(stream);
    if (state.status === 'NONE') throw new Error('a started tick without a state');
    return { state, startedBy: result.events[0]?.event_id ?? null };
  }

  private async evaluateShare(
    owner: CommandContext,
    tickId: string,
    { tenantId, positionIds }: TickShare,
    quotes: QuoteBoard,
  ): Promise<TickCounts> {
    const counts = { ...NOTHING_DONE };
    const request = { tick_id: tickId, trigger_kind: 'tick' as const, dedupe: tickId, quotes };
    await this.evaluator.recordAll({ ...owner, tenantId }, positionIds, request, (id, result) => {
      if (result.outcome === 'already_recorded') counts.already_evaluated += 1;
      else if (result.outcome === 'failed') {
        counts.failed += 1;
        this.market.reportFailure(tickId, tenantId, id, result.error);
      } else {
        counts.evaluated += 1;
        if (result.data.order_id === null) counts.holds += 1;
        else counts.orders += 1;
      }
    });
    return counts;
  }

  private async complete(owner: CommandContext, tickId: string, counts: TickCounts): Promise<void> {
    const command: TickCommand = {
      type: 'CompleteTick',
      data: { tick_id: tickId, completed_at: this.market.now(), interrupted: false, ...counts },
    };
    await this.streams.run(owner, [{ stream: tickStream(tickId), command }]);
  }
}

type StartedTick = Exclude<TickState, { status: 'NONE' }>;

const countOf = ({ positions }: StartedTick): number => Object.values(positions).reduce((sum, ids) => sum + ids.length, 0);
