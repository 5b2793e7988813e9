import { type Command, Option } from 'commander';
import { backupTypes, type BackupType, type Muster } from '../../index.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { usageError } from '../failure.ts';
import { copyJson } from '../json-copy.ts';
import { backupLineJson, documentOf, plannedStepJson } from '../json.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { renderBackupOutcome } from '../text/outcome.ts';
import { renderSteps } from '../text/steps.ts';

interface Options {
  readonly all?: boolean;
  readonly tier?: string;
  readonly type?: BackupType;
  readonly schedule?: string;
  readonly dryRun?: boolean;
}

export function define(command: Command, session: Session): void {
  command
    .argument('[system...]', 'systems to back up')
    .option('--all', 'every system that has a source')
    .option('--tier <name>', 'every system of a tier')
    .option('--schedule <name>', 'as this schedule says, for every system that has it')
    .addOption(
      new Option('--type <type>', 'what is read; one that has nothing to compare with becomes full').choices(
        backupTypes,
      ),
    )
    .option('--dry-run', 'show what would be done')
    .addHelpText('after', help)
    .action((systems: readonly string[], options: Options) =>
      withMuster(session, (muster) => backup(muster, { ...options, systems }, session)),
    );
}

async function backup(
  muster: Muster,
  options: Options & { readonly systems: readonly string[] },
  session: Session,
): Promise<void> {
  const { systems, tier, schedule, type } = options;
  if (systems.length === 0 && !options.all && tier === undefined && schedule === undefined) {
    throw usageError('no system is named', 'Name systems, or use --all, --tier or --schedule.');
  }
  const request = { systems, tier, schedule, type, signal: session.signal };
  if (options.dryRun) return showDryRun(muster, request, session);
  const end = showProgress(muster, session);
  const outcome = await muster.backup(request).finally(end);
  session.exitCode = exitCodeOfOutcome(outcome);
  const { run, status, backups, copies } = outcome;
  if (session.globals().json)
    session.print(documentOf({ run, status, backups: backups.map(backupLineJson), copies: copyJson(copies) }));
  else session.print(renderBackupOutcome(outcome, muster.plan.timezone));
}

function showDryRun(muster: Muster, request: Parameters<Muster['planBackup']>[0], session: Session): void {
  const steps = muster.planBackup(request);
  session.print(session.globals().json ? documentOf({ steps: steps.map(plannedStepJson) }) : renderSteps(steps));
}

const help = `
Examples:
  muster backup orders website
  muster backup --all
  muster backup --schedule frequent         # what cron would call
  muster backup --tier important --type full --dry-run
  muster backup website --type differential # what changed since the last full backup

Asynchronous copies follow in a run of their own; what becomes of them is told, and changes nothing about the exit
code: the backup has succeeded with its first target.

Exit codes: 0 all succeeded · 1 failed · 3 partly (some files could not be read, or some systems failed)
            11 locked by another run · 130 interrupted`;
