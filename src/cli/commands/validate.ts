import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { formatDiagnostics, loadPlan, type Diagnostic, type LoadResult, type Plan } from '../../language.ts';
import { existingRepositories } from '../existing.ts';
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
    .action((paths: readonly string[], options: Options) =>
      validate(paths.length > 0 ? paths : [findPlan(session)], options, session),
    );
}

interface Validated {
  readonly path: string;
  readonly result: LoadResult;
}

async function validate(paths: readonly string[], options: Options, session: Session): Promise<void> {
  const validated: Validated[] = [];
  for (const path of paths) validated.push({ path, result: await loadPlan(path, { env: session.env }) });
  const format = session.globals().json ? 'json' : options.format;
  const text = reportOf(validated, format, session);
  if (text !== '') session.print(text);
  const plans = validated.flatMap(({ result }) => result.plan ?? []);
  if (format === 'text')
    for (const line of plans.flatMap((plan) => existingRepositories(plan, session))) session.tell(line);
  if (options.strict) await judge(plans, session);
  if (plans.length < paths.length) session.exitCode = 2;
}

/** One document for all paths; as text, a line for each plan that is valid. */
function reportOf(validated: readonly Validated[], format: Options['format'], session: Session): string {
  const color = format === 'text' && session.isColored('stdout');
  const diagnostics = withoutRepeats(validated.flatMap(({ result }) => result.diagnostics));
  const sources = new Map(validated.flatMap(({ result }) => [...result.sources]));
  const findings = formatDiagnostics(diagnostics, sources, { format, cwd: session.cwd, color }).trimEnd();
  if (format !== 'text') return findings;
  const valid = validated.flatMap(({ path, result }) =>
    result.plan ? `${shown(path, session.cwd)} is valid: ${summaryOf(result.plan)}` : [],
  );
  return [findings, valid.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** As diagnostics show it: from the current folder when it lies there. */
function shown(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}

/** Plans may inherit from the same file. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((found) => [JSON.stringify(found), found])).values()];
}

async function judge(plans: readonly Plan[], session: Session): Promise<void> {
  const { judgeObjectives } = await import('../../index.ts');
  const violated = plans.flatMap((plan) =>
    judgeObjectives(plan, { now: Date.now() }).flatMap((report) =>
      (['rpo', 'rto', 'copies'] as const)
        .filter((name) => report[name].verdict === 'violated')
        .map((name) => `${report.system}: ${name}: ${report[name].reasons.join('; ')}`),
    ),
  );
  for (const line of violated) session.tell(`violated: ${line}`);
  if (violated.length > 0) session.exitCode = 4;
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
