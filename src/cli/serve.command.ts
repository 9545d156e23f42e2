/** `vb serve`: the server, as `npm start` runs it. */
import type { Command } from 'commander';

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve HTTP, tick on schedule and work on orders')
    .option('--roles <list>', 'comma-separated: api, scheduler, worker')
    .action(async ({ roles }: { readonly roles?: string }) => {
      const { serve } = await import('../server.ts');
      const { loadSettings, loadSettingsWith } = await import('../platform/settings.ts');
      await serve(() => (roles === undefined ? loadSettings() : loadSettingsWith({ VB_ROLES: roles })));
    });
}
