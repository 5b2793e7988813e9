import { type Command, Option } from 'commander';
import { formatDiagnostics, judgeObjectives, loadPlan, type LoadResult, type Plan } from '../../index.ts';
import { findPlan } from '../open.ts';
import type { Session } from '../session.ts';
import { counted } from '../text/counted.ts';

interface Options {
  readonly strict?: boolean;
  readonly format: 'text' | 'json' | 'github' | 'sarif';
}

export function define(command: Command, session: Session): void {
  command
    .argument('[path...]', 'plan files or folders (default: the plan)')
    .option('--strict', 'fail with 4 when an objective is violated')
    .addOption(
      new Option('--format <format>', 'how findings are printed')
        .choices(['text', 'json', 'github', 'sarif'])
        .default('text'),
    )
    .addHelpText('after', help)
    .action(async (paths: readonly string[], options: Options) => {
      for (const path of paths.length > 0 ? paths : [findPlan(session)]) await validate(path, options, session);
    });
}

async function validate(path: string, options: Options, session: Session): Promise<void> {
  const result = await loadPlan(path, { env: session.env });
  const format = session.globals().json ? 'json' : options.format;
  if (format !== 'text' || result.diagnostics.length > 0) session.print(report(result, format, session));
  if (!result.plan) session.exitCode = 2;
  else {
    if (format === 'text') session.print(`${path} is valid: ${summaryOf(result.plan)}`);
    if (options.strict) judge(result.plan, session);
  }
}

function report(result: LoadResult, format: Options['format'], session: Session): string {
  const color = format === 'text' && session.colors().isColorSupported;
  return formatDiagnostics(result.diagnostics, result.sources, { format, cwd: session.cwd, color }).trimEnd();
}

function judge(plan: Plan, session: Session): void {
  const violated = judgeObjectives(plan, { now: Date.now(), facts: () => ({}) }).flatMap((report) =>
    (['rpo', 'rto', 'copies'] as const)
      .filter((name) => report[name].verdict === 'violated')
      .map((name) => `${report.system}: ${name}: ${report[name].reasons.join('; ')}`),
  );
  for (const line of violated) session.tell(`violated: ${line}`);
  if (violated.length > 0 && session.exitCode === 0) session.exitCode = 4;
}

function summaryOf(plan: Plan): string {
  const counts = [
    [plan.systems.size, 'system'],
    [plan.storage.size, 'storage target'],
    [plan.runbooks.size, 'runbook'],
  ] as const;
  return counts.map(([count, noun]) => counted(count, noun)).join(', ');
}

const help = `
Examples:
  muster validate
  muster validate plans/ --format github
  muster validate --strict

Exit codes: 0 valid · 2 invalid · 4 valid, but --strict found a violated objective`;
