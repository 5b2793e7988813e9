import type { SourceDefinition } from '../plan/model/system.ts';
import { sourceFor } from '../sources/registry.ts';
import type { Source } from '../sources/source.ts';
import type { StepContext } from './handler.ts';

/** How a definition of the plan is captured and put back. */
export async function sourceOf<D extends SourceDefinition>(
  definition: D,
  { plan, resolveSecret }: Pick<StepContext, 'plan' | 'resolveSecret'>,
): Promise<Source<D>> {
  return await sourceFor(definition, { folder: plan.folder, resolveSecret });
}
