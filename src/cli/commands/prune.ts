import type { Command } from 'commander';
import { renderRetention, type Muster, type PruneEstimate, type PruneOptions } from '../../index.ts';
import { listArgument, shareArgument } from '../arguments.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { usageError } from '../failure.ts';
import { documentOf, isoOf } from '../json.ts';
import { decisionJson } from '../json-preview.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { renderEstimate, renderPruneOutcome } from '../text/maintenance.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly system?: readonly string[];
  readonly maxDelete?: number;
  readonly overrideGuard?: boolean;
  readonly reason?: string;
}

export function define(command: Command, session: Session): void {
  command
    .option('--dry-run', 'show what would be removed and freed')
    .option('--system <name>', 'only backups of this system (may be repeated)', listArgument)
    .option('--max-delete <share>', 'most of a scope that may go without a question (default: 50%)', shareArgument)
    .option('--override-guard', 'remove also what is held back as suspicious; needs --reason')
    .option('--reason <text>', 'why, for the record')
    .addHelpText('after', help)
    .action((options: Options) => withMuster(session, (muster) => prune(muster, options, session)));
}

async function prune(muster: Muster, options: Options, session: Session): Promise<void> {
  const request = requestOf(options, session);
  if (options.dryRun) return showEstimate(muster, await muster.estimatePrune(request), session);
  const outcome = await carryOut(muster, request, session);
  const held = outcome.decisions.some((decision) => decision.held === true);
  session.exitCode = exitCodeOfOutcome(outcome) || (held ? 3 : 0);
  const { run, status, decisions, removed, bytesFreed, skipped, refused, errors } = outcome;
  const locked = outcome.locked.map((one) => ({ ...one, until: isoOf(one.until) }));
  if (!session.globals().json) return session.print(renderPruneOutcome(outcome, muster.plan.timezone));
  const document = {
    run,
    status,
    decisions: decisions.map(decisionJson),
    removed,
    bytesFreed,
    locked,
    skipped,
    refused,
    errors,
  };
  session.print(documentOf(document));
}

/** Shows the reasons first where somebody is there to read them, and asks where much would go. */
async function carryOut(muster: Muster, request: PruneOptions, session: Session): ReturnType<Muster['prune']> {
  let { excess } = request;
  if (session.asks()) {
    const estimate = await muster.estimatePrune(request);
    session.tell(renderRetention(estimate.decisions, muster.plan.timezone));
    if (estimate.excess.length > 0) await confirm('That is more than --max-delete of a scope. Remove it?', session);
    excess = 'allow';
  }
  const end = showProgress(muster, session);
  return await muster.prune({ ...request, excess }).finally(end);
}

function requestOf(options: Options, session: Session): PruneOptions {
  const { system, maxDelete, overrideGuard, reason } = options;
  if (overrideGuard === true && reason === undefined)
    throw usageError('--override-guard needs a reason', 'Add --reason "why it is all right".');
  return {
    systems: system,
    maxDelete,
    excess: session.globals().yes === true ? 'allow' : 'refuse',
    guard: overrideGuard === true ? 'override' : 'hold',
    reason,
    signal: session.signal,
  };
}

function showEstimate(muster: Muster, estimate: PruneEstimate, session: Session): void {
  const { decisions, bytesFreed, skipped } = estimate;
  const wouldRemove = decisions.filter(({ action }) => action === 'delete').length;
  if (!session.globals().json) return session.print(renderEstimate(estimate, muster.plan.timezone));
  const counts = { removed: 0, bytesFreed: 0, wouldRemove, wouldFree: bytesFreed };
  session.print(documentOf({ decisions: decisions.map(decisionJson), ...counts, skipped }));
}

const help = `
Removes the backups that retention decides on from every storage target, and frees what no other backup needs.
More than half of the backups of a system and schedule is removed only after a question, with --yes, or with a
higher --max-delete. Where the newest backup looks suspicious, the older ones are held; the last backup whose restore
was checked always stays.

Examples:
  muster prune --dry-run
  muster prune --system orders --max-delete 80%

Exit codes: 0 done · 1 failed · 3 partly, or something is held back · 11 locked`;
