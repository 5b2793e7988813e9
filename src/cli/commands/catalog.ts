import type { Command } from 'commander';
import type { RebuildOutcome } from '../../index.ts';
import { backupJson, documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { counted } from '../text/counted.ts';

export function define(command: Command, session: Session): void {
  command.addHelpText('after', help);
  command
    .command('rebuild')
    .description('bring the backups that lie in a storage target back into the catalog')
    .requiredOption('--from <storage>', 'name of the storage target')
    .action(({ from }: { readonly from: string }) =>
      withMuster(session, async (muster) => {
        const outcome = await muster.rebuildCatalog(from);
        session.exitCode = outcome.damaged.length > 0 ? 3 : 0;
        session.print(session.globals().json ? json(outcome) : text(outcome, from));
      }),
    );
}

function json({ found, completed, known, foreign, damaged }: RebuildOutcome): string {
  return documentOf({
    found: found.map(backupJson),
    completed: completed.map(backupJson),
    known,
    foreign,
    damaged,
  });
}

function text({ found, completed, known, foreign, damaged }: RebuildOutcome, storage: string): string {
  const lines = [
    `${counted(found.length, 'backup')} found in ${storage}, ${completed.length} completed, ${known} known already.`,
    ...(foreign > 0 ? [`${counted(foreign, 'snapshot')} of other programs left as they are.`] : []),
    ...damaged.map(({ id, detail }) => `✗ ${id.slice(0, 8)}: ${detail}`),
  ];
  return lines.join('\n');
}

const help = `
For a machine that has lost its state folder, or never had one. What the catalog knows already stays.

Example:
  muster catalog rebuild --from primary

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 some snapshots cannot be read`;
