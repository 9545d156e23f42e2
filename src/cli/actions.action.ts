/** `vb actions` on the own store. */
import { CommandBus } from '@nestjs/cqrs';
import { systemContext, SYSTEM_TENANT } from '../kernel/context';
import { IngestActions, type IngestView, ProcessActions, type ProcessView } from '../contracts/corporate-action';
import { withApp } from './store-session';

const context = systemContext(SYSTEM_TENANT, 'vb-actions', 'vb-actions');

export const ingestActions = (): Promise<IngestView> => withApp(({ nest }) => nest.get(CommandBus).execute(new IngestActions(context)));

export const processActions = (): Promise<ProcessView> => withApp(({ nest }) => nest.get(CommandBus).execute(new ProcessActions(context)));
