import { quote } from '../quote.ts';
import type { SectionName } from '../read/merge.ts';
import type { Scope } from '../resolve/scope.ts';

/** Definitions that do nothing by themselves. Messages and audiences can be asked for by hand. */
const passive: readonly (readonly [SectionName, string])[] = [
  ['storage', 'no system stores backups in it'],
  ['retention', 'no system, schedule or storage target keeps to it'],
  ['tiers', 'no system belongs to it'],
  ['probes', 'no system or step asks it'],
  ['actions', 'no step uses it'],
  ['channels', 'no audience is reached through it'],
  ['contacts', 'no audience has it'],
];

/**
 * Warns of own definitions that nothing refers to; those that were inherited are a choice to pick from. Only for plans
 * without errors: a misspelt reference is one to something else.
 */
export function warnOfUnused({ sections, used, problems }: Scope): void {
  for (const [section, meaning] of passive)
    for (const [name, entry] of sections[section])
      if (!entry.file.inherited && !used[section].has(name))
        problems.warning({
          code: 'unused-definition',
          at: entry,
          message: `${quote(name)} is not used: ${meaning}`,
          hint: 'Refer to it, or remove it.',
        });
}
