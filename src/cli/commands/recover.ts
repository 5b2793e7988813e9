import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { renderReport, type Muster, type RecoverOutcome } from '../../index.ts';
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
  if (options.report !== undefined) await writeReport(resolve(session.cwd, options.report), outcome, zone);
  session.print(session.globals().json ? documentOf(recoverJson(outcome)) : renderRecovery(outcome, zone));
}

async function writeReport(path: string, outcome: RecoverOutcome, timezone: string): Promise<void> {
  const text = path.endsWith('.json')
    ? `${documentOf(recoverJson(outcome))}\n`
    : renderReport(outcome.report, timezone);
  await writeFile(path, text);
}

const help = `
Examples:
  muster recover rebuild                       # simulate
  muster recover rebuild --execute --param cause=fire --reason "fire in the server room" --report report.md
  muster recover rebuild --execute --system orders --at "2026-01-15 10:30"

Exit codes: 0 succeeded · 1 failed · 2 wrong usage · 3 partly · 11 locked by another run · 130 interrupted`;
