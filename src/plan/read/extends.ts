import { resolve } from 'node:path';
import type { Problems } from '../problems.ts';
import { oneOf, quote } from '../quote.ts';
import { isLibraryReference, libraryPath, libraryReferences } from './library.ts';
import type { Node, ScalarNode } from './node.ts';
import { replaceVariables, type Environment } from './substitute.ts';

/** The absolute path that an item of `extends` stands for; undefined when a problem, here or of the schema, says why. */
export async function referencedPath(item: Node, env: Environment, problems: Problems): Promise<string | undefined> {
  if (item.kind !== 'scalar') return undefined;
  if (item.authored !== undefined) replaceVariables(item, env, problems);
  if (typeof item.value !== 'string' || !item.known) return undefined;
  if (!isLibraryReference(item.value)) return resolve(item.file.folder, item.value);
  const references = await libraryReferences();
  if (references.includes(item.value)) return libraryPath(item.value);
  return refuse(item, references, problems);
}

function refuse(item: ScalarNode, references: readonly string[], problems: Problems): undefined {
  const written = String(item.value);
  const meant = problems.suggest(written, new Set(references));
  problems.error({
    code: 'unknown-library',
    at: item,
    message: `there is no bundled file ${quote(written)}`,
    hint: meant === undefined ? `Choose ${oneOf(references.map(quote))}.` : `Did you mean ${quote(meant)}?`,
  });
}
