import type { FilesSource, FrozenView, SourceDefinition } from '../model/system.ts';
import { quote } from '../quote.ts';
import { child, itemsOf, type Entry, type Node } from '../read/node.ts';
import { positionOf } from '../read/source-file.ts';
import { argumentsOf } from './arguments.ts';
import type { Scope } from './scope.ts';
import { commandSourceOf } from './source-command.ts';
import { postgresSourceOf } from './source-postgres.ts';
import { authoredText, flagOf, pathOf, positiveDurationOf, sizeOf, textOf, wordOf } from './values.ts';

/** What a system is backed up from; undefined when it is not even a map. */
export function sourceOf({ name, value }: Entry, scope: Scope): SourceDefinition | undefined {
  const node = child(value, 'source');
  if (node?.kind !== 'map') return undefined;
  const at = positionOf(node);
  const exclude = itemsOf(child(node, 'exclude')).flatMap((item) => patternOf(item, scope));
  const placeOf = (item: Node | undefined): string[] => {
    const path = pathOf(item, scope);
    if (!item || path === undefined) return [];
    scope.places.sources.push({ name, path, at: item, exclude });
    return [path];
  };
  const type = textOf(child(node, 'type'));
  if (type === 'sqlite') return { type, at, path: placeOf(child(node, 'path'))[0] ?? '' };
  if (type === 'command') return commandSourceOf(node, scope);
  if (type === 'postgres') return postgresSourceOf(name, node, scope);
  return {
    type: 'files',
    at,
    paths: itemsOf(child(node, 'paths')).flatMap(placeOf),
    exclude,
    allowEmpty: flagOf(child(node, 'allowEmpty')) ?? false,
    ...rulesOf(node, scope),
    snapshot: frozenViewOf(child(node, 'snapshot'), scope),
  };
}

/** Patterns of .gitignore without negation. */
function patternOf(node: Node, { problems }: Scope): readonly string[] {
  const text = textOf(node);
  if (text === undefined) return [];
  if (text.trim() === '' || text.startsWith('!')) {
    const message =
      text.trim() === '' ? 'the pattern is empty' : 'a pattern cannot take back what another one leaves out';
    problems.error({ code: 'bad-pattern', at: node, message, hint: 'Name what is to be left out: `*.tmp`, `cache/`.' });
  }
  return [text];
}

function rulesOf(
  node: Node,
  scope: Scope,
): Pick<FilesSource, 'excludeCaches' | 'excludeIfPresent' | 'excludeLargerThan' | 'oneFileSystem'> {
  return {
    excludeCaches: flagOf(child(node, 'excludeCaches')),
    excludeIfPresent: itemsOf(child(node, 'excludeIfPresent')).flatMap((item) => nameOf(item, scope)),
    excludeLargerThan: sizeOf(child(node, 'excludeLargerThan'), scope),
    oneFileSystem: flagOf(child(node, 'oneFileSystem')),
  };
}

/** The name of a file, as it is: no pattern, and no path. */
function nameOf(node: Node, { problems }: Scope): readonly string[] {
  const text = textOf(node);
  if (text === undefined) return [];
  if (text !== '' && text !== '.' && text !== '..' && !/[/\0]/.test(text)) return [text];
  const message = `${quote(authoredText(node))} is not the name of a file`;
  problems.error({ code: 'bad-pattern', at: node, message, hint: 'Write a single name: `.nobackup`.' });
  return [];
}

const defaultFreeze = 300_000;

function frozenViewOf(node: Node | undefined, scope: Scope): FrozenView | undefined {
  if (node?.kind !== 'map') return undefined;
  const freeze = argumentsOf(child(node, 'freeze'), scope);
  const thaw = argumentsOf(child(node, 'thaw'), scope);
  const timeout = positiveDurationOf(child(node, 'timeout'), scope) ?? defaultFreeze;
  const filesystem = wordOf(child(node, 'filesystem'), ['btrfs', 'zfs', 'lvm']);
  if (node.entries.size === 0)
    scope.problems.error({
      code: 'missing-key',
      at: node,
      message: '`snapshot` does not say how the source is frozen',
      hint: 'Add `filesystem`, or `freeze` and `thaw`.',
    });
  return { freeze: freeze && thaw && { freeze, thaw, timeout }, filesystem };
}
