import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Muster, RestoreOptions, RestoreOutcome, RunOutcome } from '../../index.ts';
import { listArgument, momentOf } from '../arguments.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { usageError } from '../failure.ts';
import { documentOf, plannedStepJson } from '../json.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { findingsOf, renderFindings } from '../text/findings.ts';
import { renderRestoreOutcome } from '../text/outcome.ts';
import { renderSteps } from '../text/steps.ts';

interface Options {
  readonly what: string;
  readonly at?: string;
  readonly path?: readonly string[];
  readonly to?: string;
  readonly from?: string;
  readonly inPlace?: boolean;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
}

export function define(command: Command, session: Session): void {
  command
    .argument('<backup|system>', 'id of a backup, or a system: its newest one')
    .option('--at <time>', 'the newest backup at or before this instant')
    .option('--path <glob>', 'only what matches (may be repeated)', listArgument)
    .option('--to <folder>', 'restore below this folder')
    .option('--from <storage>', 'read from this target')
    .option('--in-place', 'put it back where it came from; replaces what is there, and asks before')
    .option('--overwrite', 'with --to: replace files that exist')
    .option('--dry-run', 'show what would be done, and what stands in the way')
    .addHelpText('after', help)
    .action((what: string, options: Omit<Options, 'what'>) =>
      withMuster(session, (muster) => restore(muster, { ...options, what }, session)),
    );
}

async function restore(muster: Muster, options: Options, session: Session): Promise<void> {
  const request = requestOf(options, muster, session);
  if (options.dryRun) return dryRun(muster, request, session);
  if (request.place.kind === 'in-place' && session.asks()) await agree(muster, request, session);
  const end = showProgress(muster, session);
  const outcome = await muster.restore(request).finally(end);
  session.exitCode = exitCodeOfOutcome(outcome);
  session.print(session.globals().json ? documentOf(restoreJson(outcome)) : renderRestoreOutcome(outcome));
}

function restoreJson(outcome: RestoreOutcome): object {
  const { run, status, backup, files, bytes, notes, missing, errors } = outcome;
  const from = { backup: backup?.id ?? null, backupStatus: backup?.status ?? null };
  return { run, status, ...from, files, bytes, recoveredTo: outcome.recoveredTo ?? null, notes, missing, errors };
}

async function dryRun(muster: Muster, request: RestoreOptions, session: Session): Promise<void> {
  const steps = muster.planRestore(request);
  const outcome = await checked(muster, request, session);
  session.exitCode = exitCodeOfOutcome(outcome);
  session.print(
    session.globals().json
      ? documentOf({ steps: steps.map(plannedStepJson), findings: findingsOf(outcome.record) })
      : `${renderSteps(steps)}\n\n${findingsText(outcome, session)}`,
  );
}

/** Shows what would be replaced, and goes on only after a yes. */
async function agree(muster: Muster, request: RestoreOptions, session: Session): Promise<void> {
  session.tell(findingsText(await checked(muster, request, session), session));
  await confirm('Replace what is there?', session);
}

async function checked(muster: Muster, request: RestoreOptions, session: Session): Promise<RunOutcome> {
  const end = showProgress(muster, session);
  return muster.checkRestore(request).finally(end);
}

function findingsText({ record }: RunOutcome, session: Session): string {
  return renderFindings(record, session.paint());
}

function requestOf(options: Options, muster: Muster, session: Session): RestoreOptions {
  if ((options.to === undefined) === (options.inPlace === undefined))
    throw usageError('it is not clear where to restore to', 'Use either --to FOLDER or --in-place.');
  return {
    what: options.what,
    moment: momentOf(options.at, muster.plan.timezone),
    place: options.to === undefined ? { kind: 'in-place' } : { kind: 'folder', path: resolve(session.cwd, options.to) },
    paths: options.path ?? [],
    overwrite: options.inPlace || options.overwrite ? 'always' : 'never',
    from: options.from,
    signal: session.signal,
  };
}

const help = `
Examples:
  muster restore website --to /tmp/website
  muster restore website --path '*.html' --to /tmp/pages
  muster restore orders --at "2026-01-15 10:30" --in-place --dry-run
  muster restore 3f9a12c4 --to /tmp/old --from second

Exit codes: 0 everything asked for is back · 1 failed · 3 something is missing, and listed
            11 locked by another run · 130 interrupted`;
