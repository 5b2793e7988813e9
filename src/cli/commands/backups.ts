import type { Command } from 'commander';
import { renderBackups } from '../../index.ts';
import { countArgument } from '../arguments.ts';
import { backupJson, documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('[system]', 'only of this system')
    .option('--limit <count>', 'at most so many, the newest', countArgument)
    .option('--storage <name>', 'only those on this target')
    .addHelpText('after', help)
    .action((system: string | undefined, options: { readonly limit?: number; readonly storage?: string }) =>
      withMuster(session, async (muster) => {
        const backups = muster.backups({ ...(system === undefined ? {} : { system }), ...options });
        if (session.globals().json) session.print(documentOf({ backups: backups.map(backupJson) }));
        else session.print(renderBackups(backups, muster.plan.timezone, session.paint()));
      }),
    );
}

const help = `
Examples:
  muster backups
  muster backups orders --limit 5 --json

Exit codes: 0 listed · 2 invalid plan or usage`;
