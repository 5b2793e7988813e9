import type { Command } from 'commander';
import type { Muster, RepairReport } from '../../index.ts';
import { listArgument } from '../arguments.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { documentOf, isoOf } from '../json.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { renderRepair, renderRepairOutcome } from '../text/maintenance.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly snapshot?: readonly string[];
}

export function define(command: Command, session: Session): void {
  command
    .argument('<storage>', 'name of the storage target')
    .option('--dry-run', 'say what is damaged and lost; change nothing')
    .option(
      '--snapshot <id>',
      'replace this broken snapshot too, though muster did not make it (full id)',
      listArgument,
    )
    .addHelpText('after', help)
    .action((storage: string, options: Options) =>
      withMuster(session, (muster) => repair(muster, { ...options, storage }, session)),
    );
}

async function repair(
  muster: Muster,
  options: Options & { readonly storage: string },
  session: Session,
): Promise<void> {
  const { storage, snapshot: foreign } = options;
  const request = { storage, foreign, signal: session.signal };
  if (options.dryRun || session.asks()) {
    const report = await muster.checkRepair(request);
    if (options.dryRun) return show(report, muster, session);
    session.tell(renderRepair(report, muster.plan.timezone, 'check'));
    if (isSound(report)) return;
    await confirm('Mend it?', session);
  }
  const end = showProgress(muster, session);
  const outcome = await muster.repair(request).finally(end);
  session.exitCode = exitCodeOfOutcome(outcome);
  const { run, status, report, error } = outcome;
  if (!session.globals().json) return session.print(renderRepairOutcome(outcome, muster.plan.timezone));
  session.print(documentOf({ run, status, ...(report && reportJson(report)), error: error ?? null }));
}

/** 1 when something is lost that no other target can give, 3 when all of it can be mended. */
function show(report: RepairReport, muster: Muster, session: Session): void {
  session.exitCode = isSound(report) ? 0 : report.snapshots.length > 0 ? 1 : 3;
  session.print(
    session.globals().json ? documentOf(reportJson(report)) : renderRepair(report, muster.plan.timezone, 'check'),
  );
}

function isSound({ changed, index, packs, healed, snapshots }: RepairReport): boolean {
  return changed.length + index.damaged.length + index.wrong.length + packs.length + healed + snapshots.length === 0;
}

function reportJson({ snapshots, ...rest }: RepairReport): object {
  const lines = snapshots.map(({ system = null, time, replacement = null, ...snapshot }) => ({
    ...snapshot,
    system,
    time: isoOf(time),
    replacement,
  }));
  return { ...rest, snapshots: lines };
}

const help = `
Reads everything in a storage target. Damaged packs are replaced by what can be read of them, the index is made anew
where it must, and what is lost is taken from the plan's other targets if they have it. Snapshots that have lost
something all the same are replaced by ones without it. What is sound is never touched, and damaged objects are kept
in muster/damaged of the target.

Examples:
  muster repair primary --dry-run
  muster repair primary

Exit codes: 0 sound, or mended without a loss · 1 failed; with --dry-run: something is lost · 3 mended, and something
            is lost; with --dry-run: it can be mended without a loss · 11 locked`;
