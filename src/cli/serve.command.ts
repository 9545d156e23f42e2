/** `vb serve`: the server, as `npm start` runs it. */
import type { Command } from 'commander';
import { loadSettings, loadSettingsWith } from '../platform/settings';
import { serve } from '../server';

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve HTTP, tick on schedule and work on orders')
    .option('--roles <list>', 'comma-separated: api, scheduler, worker')
    .action(({ roles }: { readonly roles?: string }) =>
      serve(() => (roles === undefined ? loadSettings() : loadSettingsWith({ VB_ROLES: roles }))),
    );
}
