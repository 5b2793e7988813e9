import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { messageOf, renderReport, type Muster, type RecoverOutcome } from '../../index.ts';
import { renderRecovery } from '../text/recovery.ts';
import { listArgument, momentOf, pairArgument } from '../arguments.ts';
import { exitCodeOfOutcome } from '../exit.ts';
import { usageError } from '../failure.ts';
import { documentOf } from '../json.ts';
import { recoverJson } from '../json-recover.ts';
import { withMuster } from '../open.ts';
import { showProgress } from '../progress.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly simulate?: boolean;
  readonly execute?: boolean;
  readonly at?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly system?: readonly string[];
  readonly reason?: string;
  readonly report?: string;
}

export function define(command: Command, session: Session): void {
  command
    .argument('<runbook>', 'its name')
    .option('--simulate', 'check every step read-only and change nothing (the default)')
    .option('--execute', 'do it')
    .option('--at <time>', 'recover to the newest backups at or before this instant')
    .option('--param <name=value>', 'a parameter of the runbook (may be repeated)', pairArgument)
    .option('--system <name>', 'only this system and what it needs (may be repeated)', listArgument)
    .option('--reason <text>', 'for the record')
    .option('--report <path>', 'write the recovery report: JSON when it ends in .json, else Markdown')
    .addHelpText('after', help)
    .action((runbook: string, options: Options) =>
      withMuster(session, (muster) => recover(muster, runbook, { options, session })),
    );
}

async function recover(
  muster: Muster,
  runbook: string,
  { options, session }: { readonly options: Options; readonly session: Session },
): Promise<void> {
  if (options.simulate && options.execute)
    throw usageError('--simulate and --execute exclude each other', 'Use one of them.');
  const report = options.report === undefined ? undefined : await reportPath(options.report, session);
  const end = showProgress(muster, session);
  const outcome = await muster
    .recover({
      runbook,
      mode: options.execute ? 'execute' : 'simulate',
      moment: momentOf(options.at, muster.plan.timezone),
      params: options.param ?? {},
      systems: options.system,
      reason: options.reason,
      signal: session.signal,
    })
    .finally(end);
  session.exitCode = exitCodeOfOutcome(outcome);
  const zone = muster.plan.timezone;
  session.print(session.globals().json ? documentOf(recoverJson(outcome)) : renderRecovery(outcome, zone));
  if (report !== undefined) await writeReport(report, outcome, { timezone: zone, session });
}

/** Refused before anything is done, and not after it, when the report has no place. */
async function reportPath(path: string, session: Session): Promise<string> {
  const absolute = resolve(session.cwd, path);
  try {
    await access(dirname(absolute), constants.W_OK);
  } catch (error) {
    throw usageError(`the report cannot be written: ${messageOf(error)}`, 'Name a file in a folder that exists.');
  }
  return absolute;
}

/** The recovery is done and its result printed: a report that fails now changes the exit code and nothing else. */
async function writeReport(
  path: string,
  outcome: RecoverOutcome,
  { timezone, session }: { readonly timezone: string; readonly session: Session },
): Promise<void> {
  const text = path.endsWith('.json') ? documentOf(recoverJson(outcome)) : renderReport(outcome.report, timezone);
  try {
    await writeFile(path, `${text}\n`);
  } catch (error) {
    session.tell(`error[report-failed]: the report was not written: ${messageOf(error)}`);
    session.exitCode ||= 1;
  }
}

const help = `
Examples:
  muster recover rebuild                       # simulate
  muster recover rebuild --execute --param cause=fire --reason "fire in the server room" --report report.md
  muster recover rebuild --execute --system orders --at "2026-01-15 10:30"

Exit codes: 0 succeeded · 1 failed · 2 wrong usage · 3 partly · 11 locked by another run · 130 interrupted`;
