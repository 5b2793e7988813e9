import type { Secret } from '../../base/secret.ts';
import { child, itemsOf, type Node } from '../read/node.ts';
import { plainTextSecret } from '../schema/wrong-type.ts';
import type { Scope } from './scope.ts';
import { pathOf, textOf } from './values.ts';

/** Where a secret is to be found. Nothing of it is ever shown: a secret may stand in the wrong place. */
export function secretOf(node: Node | undefined, scope: Scope): Secret | undefined {
  if (node?.kind !== 'map') return undefined;
  const variable = variableOf(child(node, 'env'), scope);
  if (variable !== undefined) return { from: 'env', variable };
  const path = pathOf(child(node, 'file'), scope);
  if (path !== undefined) return { from: 'file', path };
  const command = itemsOf(child(node, 'command')).map((item) => textOf(item) ?? '');
  return command.length > 0 ? { from: 'command', command } : undefined;
}

function variableOf(node: Node | undefined, scope: Scope): string | undefined {
  const name = textOf(node);
  if (name === undefined || node === undefined || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  scope.problems.error({
    code: 'bad-secret',
    at: node,
    secret: node,
    message: 'this is not the name of an environment variable',
    hint: 'Write the name of the variable that holds the secret, never the secret itself.',
  });
  return undefined;
}

/** A URL that holds nothing secret, or a secret. `schemes` as in `http:`. */
export function urlOf(
  node: Node | undefined,
  schemes: readonly string[],
  options: { readonly scope: Scope; readonly label: string },
): string | Secret | undefined {
  const { scope, label } = options;
  const text = textOf(node);
  if (text === undefined || node === undefined) return secretOf(node, scope);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.password !== '' || /^[^/?#]*\/\/[^/?#]*:[^/?#]*@/.test(text))) {
    scope.problems.error(plainTextSecret({ node, label }));
    return undefined;
  }
  if (url !== undefined && schemes.includes(url.protocol)) return text;
  scope.problems.error({
    code: 'bad-url',
    at: node,
    message: `this is not a URL that begins with ${schemes.map((scheme) => `\`${scheme}//\``).join(' or ')}`,
    hint: `Write a URL: \`${schemes[0] ?? ''}//host.example\`.`,
  });
  return undefined;
}
