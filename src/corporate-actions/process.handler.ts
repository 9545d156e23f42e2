/** Applying what is due: for some positions before they are evaluated, for everybody by the daily job. */
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, SYSTEM_TENANT, systemContext } from '../kernel/context';
import { ApplyDueActions, type ApplyDueResult, ProcessActions, type ProcessView } from '../contracts/corporate-action';
import { ActionProcessing } from './action-processing';

@CommandHandler(ApplyDueActions)
export class ApplyDueActionsHandler implements ICommandHandler<ApplyDueActions> {
  constructor(private readonly processing: ActionProcessing) {}

  execute({ context, positionIds, mayApply }: ApplyDueActions): Promise<ApplyDueResult> {
    return this.processing.tenant(context, positionIds, mayApply);
  }
}

@CommandHandler(ProcessActions)
export class ProcessActionsHandler implements ICommandHandler<ProcessActions> {
  constructor(private readonly processing: ActionProcessing) {}

  /** A tenant's own where a tenant asks, everybody's where the system does. */
  execute({ context }: ProcessActions): Promise<ProcessView> {
    return context.tenantId === SYSTEM_TENANT ? this.processing.everybody(context) : this.processing.one(context);
  }
}

export const processingContext = (correlationId: string): CommandContext =>
  systemContext(SYSTEM_TENANT, 'corporate-actions', correlationId);
