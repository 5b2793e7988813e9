import type { Call } from '../gcs.ts';

/** With `fields`, only the parts that were asked for: `a,b(c,d)`. */
export function respond({ url, response }: Pick<Call, 'url' | 'response'>, resource: object): void {
  const fields = url.searchParams.get('fields');
  const shown = fields === null ? resource : select(resource, fields);
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(shown));
}

function select(value: unknown, fields: string): unknown {
  if (Array.isArray(value)) return value.map((one) => select(one, fields));
  const chosen = [...fields.matchAll(/(\w+)(?:\(([^)]*)\))?/g)].flatMap(([, key = '', inner]) => {
    const part = (value as Readonly<Record<string, unknown>>)[key];
    return part === undefined ? [] : [[key, inner === undefined ? part : select(part, inner)] as const];
  });
  return Object.fromEntries(chosen);
}
