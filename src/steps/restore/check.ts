import { toBytePath } from '../../base/capture.ts';
import type { SourceDefinition } from '../../plan/model/system.ts';
import { inPlaceTargets } from '../../sources/in-place.ts';
import { compileSelection } from '../../sources/selection.ts';
import { isWithin } from '../../sources/scope.ts';
import type { ActionOf, StepContext, StepFinding } from '../handler.ts';
import { ok, problem } from '../outcome.ts';
import { sourceOf } from '../source-of.ts';
import type { StoredSnapshot } from '../stored-copy.ts';
import { verificationFailed, verifyBasics } from '../verification.ts';
import { definitionFor } from './definition.ts';
import { useFirstCopy } from './copies.ts';
import { findReplaced } from './replaced.ts';
import { requireSpace, requireWritable } from './space.ts';

/** Is the backup there and sound, is there room, and what would be replaced? Nothing is written. */
export async function checkRestore(action: ActionOf<'restore'>, context: StepContext): Promise<readonly StepFinding[]> {
  try {
    const definition = definitionFor(action, context);
    const { result, passedOver } = await useFirstCopy(action, context, async (copy) => [
      await checkCopy(copy, context),
      ...(await checkTargets(action, definition)),
      ...(await checkSource(action, definition, context)),
      ...(await checkReplaced(action, definition, copy)),
    ]);
    return [...passedOver.map(warning), ...result];
  } catch (error) {
    context.signal.throwIfAborted();
    return [problem('error', error)];
  }
}

function warning(reason: string): StepFinding {
  return { severity: 'warning', message: `passed over ${reason}` };
}

async function checkCopy({ vault, snapshot, description }: StoredSnapshot, context: StepContext): Promise<StepFinding> {
  const verification = await verifyBasics(vault, snapshot, context);
  if (verification.passed)
    return ok(`would restore from ${description}: ${verification.checks.length} basic checks passed`);
  return { severity: 'error', message: verificationFailed(`the copy in ${description}`, verification).message };
}

async function checkTargets(
  { place, paths, backup }: ActionOf<'restore'>,
  definition: SourceDefinition,
): Promise<readonly StepFinding[]> {
  const targets = place.kind === 'folder' ? [place.path] : inPlaceTargets(definition);
  const findings = await Promise.all(targets.map((target) => findingOf('error', () => requireWritable(target))));
  // In place, files that are replaced give their room back.
  const severity = place.kind === 'folder' ? 'error' : 'warning';
  const bytes = paths.length === 0 ? backup.bytesTotal : 0;
  const [first] = targets;
  if (first !== undefined) findings.push(await findingOf(severity, () => requireSpace(first, bytes)));
  return findings.flat();
}

async function checkSource(
  { place }: ActionOf<'restore'>,
  definition: SourceDefinition,
  context: StepContext,
): Promise<readonly StepFinding[]> {
  if (place.kind === 'folder') return [];
  const source = await sourceOf(definition, context);
  const findings = (await source.checkRestore?.(definition, context.signal)) ?? [];
  return findings.map(({ severity, message, hint }) => ({ severity, message: `${message}. ${hint}` }));
}

async function findingOf(severity: 'warning' | 'error', look: () => Promise<void>): Promise<StepFinding[]> {
  try {
    await look();
    return [];
  } catch (error) {
    return [problem(severity, error)];
  }
}

async function checkReplaced(
  { place, paths }: ActionOf<'restore'>,
  definition: SourceDefinition,
  { vault, snapshot }: StoredSnapshot,
): Promise<readonly StepFinding[]> {
  if (place.kind === 'folder') return [];
  const selection = compileSelection(paths);
  const roots = inPlaceTargets(definition).map(toBytePath);
  if (roots.length === 0) return [];
  return await findReplaced(
    vault.entries(snapshot),
    ({ path }) => selection.includes(path, false) && roots.some((root) => isWithin(path, root)),
  );
}
