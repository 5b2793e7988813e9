import { Readable } from 'node:stream';
import { codeOf, messageOf } from '../../base/error.ts';
import type { ObjectTamper, TamperKind, TamperResult } from '../store.ts';
import { drain, type RestClient, type RestRequest } from './client.ts';
import { pathOf } from './names.ts';
import { readObject } from './read.ts';

/** By plain requests; whether the plan says `appendOnly` makes no difference. */
export function restTamper(client: RestClient): ObjectTamper {
  return { attempt: (kind, name) => attempts[kind](client, pathOf(name) ?? name) };
}

type Attempt = (client: RestClient, path: string) => Promise<TamperResult>;

const remove: Attempt = (client, path) => against(client, path, { method: 'DELETE', path });

const attempts: Readonly<Record<TamperKind, Attempt>> = {
  remove,
  destroy: remove,
  overwrite: (client, path) => {
    const other = Buffer.from('overwritten');
    const body = { length: other.length, open: () => Readable.from([other], { objectMode: false }) };
    return against(client, path, { method: 'POST', path, body });
  },
  'shorten-lock': () => none('the protocol knows no locks against removal'),
  'lift-lock': () => none('the protocol knows no locks against removal'),
  'back-date': () => none('the protocol has no request that sets when an object was written'),
};

function none(detail: string): Promise<TamperResult> {
  return Promise.resolve({ outcome: 'not-applicable', detail });
}

/** What is there afterwards decides, and what the server said: no answer, and a fault of the server, is no refusal. */
async function against(client: RestClient, path: string, request: RestRequest): Promise<TamperResult> {
  const before = await readObject(client, path);
  const { detail, refused } = await said(client, request);
  const after = await readObject(client, path).catch(() => undefined);
  if (after?.equals(before) !== true) return { outcome: 'done', detail };
  return { outcome: refused ? 'refused' : 'unknown', detail };
}

async function said(client: RestClient, request: RestRequest): Promise<{ detail: string; refused: boolean }> {
  try {
    const answer = await client.send(request);
    const status = answer.statusCode ?? 0;
    await drain(answer);
    return { detail: `${request.method}: HTTP ${status}`, refused: status >= 400 && status < 500 };
  } catch (error) {
    return { detail: `${request.method}: ${codeOf(error) ?? messageOf(error)}`, refused: false };
  }
}
