import type { CommandSource } from '../model/system.ts';
import { quote } from '../quote.ts';
import { child, type Node } from '../read/node.ts';
import { positionOf } from '../read/source-file.ts';
import { argumentsOf } from './arguments.ts';
import { environmentOf } from './command.ts';
import type { Scope } from './scope.ts';
import { authoredText, flagOf, positiveDurationOf, sizeOf, textOf } from './values.ts';

export function commandSourceOf(node: Node, scope: Scope): CommandSource {
  return {
    type: 'command',
    at: positionOf(node),
    name: streamNameOf(child(node, 'name'), scope),
    capture: argumentsOf(child(node, 'capture'), scope) ?? [],
    restore: argumentsOf(child(node, 'restore'), scope),
    env: environmentOf(child(node, 'env'), scope, 'none'),
    minimumSize: sizeOf(child(node, 'minimumSize'), scope),
    trailer: trailerOf(child(node, 'trailer'), scope),
    allowEmpty: flagOf(child(node, 'allowEmpty')) ?? false,
    timeout: positiveDurationOf(child(node, 'timeout'), scope),
  };
}

/** It becomes a path in snapshots, and below a folder when it is restored. */
function streamNameOf(node: Node | undefined, { problems }: Scope): string {
  const name = textOf(node) ?? '';
  if (node === undefined || name.split('/').every(isPlainPart)) return name;
  const message = name === '' ? 'the name is empty' : `${quote(authoredText(node))} is not a relative path`;
  const hint = 'Write what the stream is to be called: `directory.ldif`, `ldap/directory.ldif`.';
  problems.error({ code: 'bad-path', at: node, message, hint });
  return name;
}

function isPlainPart(part: string): boolean {
  return part.trim() !== '' && part !== '.' && part !== '..' && !/\p{Cc}/u.test(part) && Buffer.byteLength(part) < 256;
}

/** White space at the end of a stream does not count, so that it can't be what it ends with. */
function trailerOf(node: Node | undefined, { problems }: Scope): string | undefined {
  const trailer = textOf(node)?.trimEnd();
  if (node === undefined || trailer !== '') return trailer;
  const hint = 'Write the last text of a whole stream, or leave it out.';
  problems.error({ code: 'bad-value', at: node, message: 'the trailer is nothing but white space', hint });
  return undefined;
}
