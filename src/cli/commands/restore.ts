import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Muster, type RestoreOptions } from '../../index.ts';
import { listArgument, momentOf } from '../arguments.ts';
import { exitCodeOfStatus } from '../exit.ts';
import { usageError } from '../failure.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';
import { renderRestoreOutcome } from '../text/outcome.ts';
import { renderSteps } from '../text/steps.ts';

interface Options {
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
    .option('--in-place', 'put it back where it came from; replaces what is there')
    .option('--overwrite', 'with --to: replace files that exist')
    .option('--dry-run', 'show what would be done, and what stands in the way')
    .addHelpText('after', help)
    .action((what: string, options: Options) =>
      withMuster(session, (muster) => restore(muster, { ...options, what }, session)),
    );
}

async function restore(muster: Muster, options: Options & { readonly what: string }, session: Session): Promise<void> {
  const request = requestOf(options, muster, session);
  const end = showProgress(muster, session);
  if (options.dryRun) {
    const steps = muster.planRestore(request);
    session.print(session.globals().json ? JSON.stringify({ steps }, null, 2) : renderSteps(steps));
    session.exitCode = exitCodeOfStatus((await muster.checkRestore(request).finally(end)).status);
    return;
  }
  const outcome = await muster.restore(request).finally(end);
  session.exitCode = exitCodeOfStatus(outcome.status);
  const { run, status, files, bytes, recoveredTo, missing } = outcome;
  if (session.globals().json)
    session.print(JSON.stringify({ run, status, files, bytes, recoveredTo: recoveredTo ?? null, missing }, null, 2));
  else session.print(renderRestoreOutcome(outcome));
}

function requestOf(options: Options & { readonly what: string }, muster: Muster, session: Session): RestoreOptions {
  if ((options.to === undefined) === (options.inPlace === undefined)) {
    throw usageError('where to restore to is not clear', 'Use either --to FOLDER or --in-place.');
  }
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

Exit codes: 0 everything asked for is back · 1 failed · 3 something is missing, and listed · 11 locked`;
