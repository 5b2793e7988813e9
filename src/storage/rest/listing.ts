import type { ObjectInfo } from '../store.ts';
import { drain, expectStatus, readBody, type RestClient } from './client.ts';
import { BadAnswer } from './fault.ts';
import { isId, nameOf, type ObjectType, pathOf, types } from './names.ts';

/** A listing of millions of objects is shorter. */
const longest = 2 ** 28;

/** Sizes that are asked for at once, of servers that don't list them. */
const atOnce = 8;

/** Every object whose name starts with `prefix`. The protocol doesn't tell when an object was written. */
export async function* listObjects(client: RestClient, prefix: string): AsyncGenerator<ObjectInfo> {
  if ('config'.startsWith(prefix)) yield* infosOf(client, ['config'], prefix);
  for (const type of types) {
    if (!`${type}/`.startsWith(prefix) && !prefix.startsWith(`${type}/`)) continue;
    const listed = await listType(client, type);
    const [sized, unsized] = [
      listed.filter(({ size }) => size !== undefined),
      listed.filter(({ size }) => size === undefined),
    ];
    for (const { name, size } of sized)
      if (size !== undefined && name.startsWith(prefix)) yield { name, size, modifiedAt: undefined };
    yield* infosOf(
      client,
      unsized.map(({ name }) => name),
      prefix,
    );
  }
}

/** Undefined: there is no such object. */
export async function sizeOf(client: RestClient, path: string): Promise<number | undefined> {
  const answer = await client.send({ method: 'HEAD', path });
  expectStatus(answer, 200, 404);
  await drain(answer);
  if (answer.statusCode === 404) return undefined;
  const length = answer.headers['content-length'];
  if (length === undefined || !/^\d{1,15}$/.test(length)) throw new BadAnswer('the server does not tell sizes');
  return Number(length);
}

interface Listed {
  readonly name: string;
  /** Version 1 of the protocol lists names only. */
  readonly size: number | undefined;
}

/** A repository that isn't there holds nothing. */
async function listType(client: RestClient, type: ObjectType): Promise<readonly Listed[]> {
  const answer = await client.send({ method: 'GET', path: `${type}/` });
  expectStatus(answer, 200, 404);
  const body = await readBody(answer, longest);
  return answer.statusCode === 404 ? [] : parseListing(body.toString('utf8')).flatMap((item) => listedOf(type, item));
}

/** Some servers say `null` of a type that has no objects. */
function parseListing(text: string): readonly unknown[] {
  const value = parseJson(text);
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw new BadAnswer('the server does not list objects as JSON');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Nothing for what has a name that no object has. */
function listedOf(type: ObjectType, item: unknown): readonly Listed[] {
  if (isId(item)) return [{ name: nameOf(type, item), size: undefined }];
  if (typeof item !== 'object' || item === null || !('name' in item) || !isId(item.name)) return [];
  const size =
    'size' in item && Number.isSafeInteger(item.size) && Number(item.size) >= 0 ? Number(item.size) : undefined;
  return [{ name: nameOf(type, item.name), size }];
}

async function* infosOf(client: RestClient, names: readonly string[], prefix: string): AsyncGenerator<ObjectInfo> {
  const wanted = names.filter((name) => name.startsWith(prefix));
  for (let at = 0; at < wanted.length; at += atOnce) {
    const batch = wanted.slice(at, at + atOnce);
    const sizes = await Promise.all(batch.map((name) => sizeOf(client, pathOf(name) ?? name)));
    for (const [i, name] of batch.entries()) {
      const size = sizes[i];
      if (size !== undefined) yield { name, size, modifiedAt: undefined };
    }
  }
}
