import type { Command } from 'commander';
import { backupJson, documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderBackup } from '../text/backup.ts';

export function define(command: Command, session: Session): void {
  command
    .argument('<backup>', 'its id, or the first digits')
    .addHelpText('after', help)
    .action((id: string) =>
      withMuster(session, async (muster) => {
        const backup = muster.backupOf(id);
        session.print(session.globals().json ? documentOf(backupJson(backup)) : renderBackup(backup, muster.plan));
      }),
    );
}

const help = `
Shows where a backup lies and how stock restic reads it.

Example:
  muster show 3f9a12c4

Exit codes: 0 shown · 1 no such backup`;
