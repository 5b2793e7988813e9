import { resolve } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Plan } from './model/plan.ts';
import { Problems } from './problems.ts';
import { hashOf } from './read/hash.ts';
import { merge, type Authored } from './read/merge.ts';
import { readPlan, unitsOf, type ReadPlan } from './read/read-plan.ts';
import type { Span } from './read/node.ts';
import { substitute, type Environment } from './read/substitute.ts';
import { resolvePlan } from './resolve/resolve-plan.ts';
import { checkShape } from './schema/validate.ts';

export interface LoadOptions {
  /** Where `${VAR}` is looked up. */
  readonly env: Environment;
}

export interface LoadResult {
  /** Undefined when there is an error among the diagnostics. Deeply frozen. */
  readonly plan: Plan | undefined;
  /** Everything that is wrong or doubtful, in the order of the files and lines. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files by absolute path, for showing lines; secrets that should not be there are blotted out. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads the plan in a file or folder. Whatever is wrong with it becomes a diagnostic: it does not throw. */
export async function loadPlan(path: string, options: LoadOptions): Promise<LoadResult> {
  const problems = new Problems();
  const read = await readPlan(path, options.env, problems);
  const authored = merge(read.unit, problems);
  const hash = hashOf(authored);
  const files = [...unitsOf(read.unit)].flatMap((unit) => unit.files);
  for (const { variables } of files) substitute(variables, options.env, problems);
  for (const file of files) checkShape(file, problems);
  checkSettings(read, authored, problems);
  const { folder, sources, complete } = read;
  const paths = [...sources.keys()];
  const facts = { files: paths, sources: { entry: resolve(path), texts: sources }, folder, hash, complete };
  const plan = await resolvePlan(authored, facts, problems);
  const shown = withoutSecrets(sources, problems.secrets);
  return { plan: problems.failed ? undefined : plan, diagnostics: problems.diagnostics(paths), sources: shown };
}

/** A file of a folder need not state these; the plan as a whole must. */
function checkSettings({ unit, complete }: ReadPlan, authored: Authored, problems: Problems): void {
  const [first] = unit.files;
  if (!first || !complete) return;
  const at = { file: first.file, start: 0, end: 0 };
  if (!authored.muster)
    problems.error({
      code: 'missing-key',
      at,
      message: 'the plan does not say which version of the language it is in',
      hint: 'Begin with `muster: 1`.',
    });
  if (!authored.name)
    problems.error({ code: 'missing-key', at, message: 'the plan has no name', hint: 'Add `name: …`, in kebab-case.' });
}

/** Every other character stays where it is. */
function withoutSecrets(sources: ReadonlyMap<string, string>, secrets: readonly Span[]): ReadonlyMap<string, string> {
  const shown = new Map(sources);
  for (const { file, start, end } of secrets) {
    const text = shown.get(file.path) ?? '';
    shown.set(file.path, text.slice(0, start) + text.slice(start, end).replaceAll(/\S/g, '*') + text.slice(end));
  }
  return shown;
}
