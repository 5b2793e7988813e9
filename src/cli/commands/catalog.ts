import type { Command } from 'commander';
import type { RebuildOutcome } from '../../index.ts';
import { backupJson, documentOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { evidenceJson, isWhole, renderRebuild } from '../text/evidence.ts';

export function define(command: Command, session: Session): void {
  command.addHelpText('after', help);
  command
    .command('rebuild')
    .description('bring the backups that lie in a storage target back into the catalog')
    .requiredOption('--from <storage>', 'name of the storage target')
    .action(({ from }: { readonly from: string }) =>
      withMuster(session, async (muster) => {
        const outcome = await muster.rebuildCatalog(from);
        session.exitCode = isWhole(outcome) ? 0 : 3;
        session.print(
          session.globals().json
            ? json(outcome)
            : renderRebuild(outcome, { storage: from, timezone: muster.plan.timezone }),
        );
      }),
    );
}

function json(outcome: RebuildOutcome): string {
  const { found, byTags, completed, known, gone, foreign, damaged, evidence } = outcome;
  return documentOf({
    found: found.map(backupJson),
    byTags,
    completed: completed.map(backupJson),
    known,
    gone: gone.map(backupJson),
    foreign,
    damaged,
    evidence: evidence === undefined ? null : evidenceJson(evidence),
  });
}

const help = `
For a machine that has lost its state folder, or never had one. What lies sealed in the target comes back with its evidence; backups
that it lacks are known by the tags on their snapshots. What the catalog knows already stays. For a machine that has lost its plan,
too: muster init --from.

Example:
  muster catalog rebuild --from primary

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 something is missing or cannot be read, and listed`;
