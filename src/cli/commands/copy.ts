import type { Command } from 'commander';
import type { CopyOptions, Muster, PlannedStep } from '../../index.ts';
import { listArgument } from '../arguments.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { documentOf, plannedStepJson } from '../json.ts';
import { copyJson } from '../json-copy.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { renderCopyOutcome } from '../text/copy.ts';
import { renderSteps } from '../text/steps.ts';

interface Options {
  readonly to?: string;
  readonly backup?: string;
  readonly system?: readonly string[];
  readonly due?: boolean;
  readonly dryRun?: boolean;
}

export function define(command: Command, session: Session): void {
  command
    .option('--to <storage>', 'only to this target')
    .option('--backup <id>', 'only this backup; with --to, whatever the plan says of it')
    .option('--system <name>', 'only backups of this system (may be repeated)', listArgument)
    .option('--due', 'leave what a batch will bring until its time has come')
    .option('--dry-run', 'show what would be copied')
    .addHelpText('after', help)
    .action((options: Options) => withMuster(session, (muster) => copy(muster, options, session)));
}

async function copy(muster: Muster, options: Options, session: Session): Promise<void> {
  const { to, backup, system: systems, due } = options;
  const request: CopyOptions = { to, backup, systems, which: due ? 'due' : 'all', signal: session.signal };
  if (options.dryRun) return dryRun(await muster.planCopies(request), session);
  const end = showProgress(muster, session);
  const outcome = await muster.copy(request).finally(end);
  if (outcome.run !== undefined) session.exitCode = exitCodeOfOutcome(outcome.run);
  session.print(session.globals().json ? documentOf(copyJson(outcome)) : renderCopyOutcome(outcome));
}

function dryRun(steps: readonly PlannedStep[], session: Session): void {
  if (session.globals().json) session.print(documentOf({ steps: steps.map(copyStepJson) }));
  else session.print(steps.length === 0 ? renderCopyOutcome({ run: undefined, copies: [] }) : renderSteps(steps));
}

function copyStepJson(step: PlannedStep): object {
  const { action } = step;
  if (action.kind !== 'copy') return plannedStepJson(step);
  const { backup, storage, from } = action;
  return { ...plannedStepJson(step), backup: backup.id, system: backup.system, storage, from };
}

const help = `
Finds every backup that lacks a copy which the plan wants and retention keeps, and makes it, the oldest first, from
the nearest target that can give it; a target that is in the middle of it is gone on with. Targets are written to side
by side, and several processes may be at it at once. With --to, what the target really holds counts: one that has
lost its backups, were it the first one, is filled again. With \`replication: { batch: … }\`, let cron call \`muster copy --due\` often: it makes what is due.

Examples:
  muster copy --dry-run
  muster copy --to offsite --system orders
  muster copy --due                           # what cron would call
  muster copy --backup 3f9a12c4 --to usb-disk # a copy besides those of the plan

Exit codes: 0 every copy is there · 1 failed · 3 some are missing still · 11 locked · 130 interrupted`;
