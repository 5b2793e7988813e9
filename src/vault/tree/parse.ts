import { MusterError } from '../../base/error.ts';
import type { BytePath } from '../../base/capture.ts';
import type { Id } from '../repository.ts';
import type { NodeType } from './mode.ts';
import type { ExtendedAttribute, TreeNode } from './node.ts';
import { unquoteName } from './quote.ts';
import { parseTime } from './timestamp.ts';
import type { Nanoseconds } from './timestamp.ts';

const knownTypes: ReadonlySet<string> = new Set(['file', 'dir', 'symlink', 'fifo', 'dev', 'chardev', 'socket']);
const idShape = /^[0-9a-f]{64}$/;
/** Numbers that `JSON.parse` would round. */
const longNumber = /:\d{16,}/;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The nodes of a tree object, whoever wrote it. Unknown fields are passed over. Throws `tree-damaged` where a field is
 * not what the format says; names are returned as they are, unsafe ones too.
 */
export function parseTree(bytes: Buffer, id: Id): readonly TreeNode[] {
  const nodes = nodesOf(bytes);
  if (nodes === undefined) throw damaged(id, 'it is not a list of nodes');
  return nodes.map((value) => {
    try {
      return parseNode(value as Fields);
    } catch (error) {
      throw error instanceof FieldError ? damaged(id, error.message) : error;
    }
  });
}

function nodesOf(bytes: Buffer): readonly unknown[] | undefined {
  const text = bytes.toString('utf8');
  try {
    const tree: unknown = longNumber.test(text) ? JSON.parse(text, exactNumbers) : JSON.parse(text);
    if (!isRecord(tree)) return undefined;
    const nodes = tree['nodes'] ?? [];
    return Array.isArray(nodes) && nodes.every(isRecord) ? nodes : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^\d+$/.test(context.source) ? BigInt(context.source) : value;
}

class FieldError extends Error {}

function damaged(id: Id, detail: string): MusterError {
  return new MusterError(`the folder object ${id} of the repository is not usable: ${detail}`, {
    code: 'tree-damaged',
    hint: 'Verify the snapshot, and restore from another copy if it is damaged.',
  });
}

function parseNode(fields: Fields): TreeNode {
  const type = typeOf(text(fields, 'type'));
  const mtime = time(fields, 'mtime');
  return {
    name: nameOf(text(fields, 'name')),
    type,
    mode: safe(fields, 'mode'),
    mtime,
    // The same in most backups, and costly to read.
    atime: fields['atime'] === fields['mtime'] ? mtime : time(fields, 'atime'),
    ctime: time(fields, 'ctime'),
    uid: safe(fields, 'uid'),
    gid: safe(fields, 'gid'),
    user: text(fields, 'user'),
    group: text(fields, 'group'),
    inode: whole(fields, 'inode'),
    deviceId: whole(fields, 'device_id'),
    size: safe(fields, 'size'),
    links: safe(fields, 'links'),
    linkTarget: type === 'symlink' ? linkTargetOf(fields) : undefined,
    attributes: attributesOf(fields['extended_attributes']),
    device: whole(fields, 'device'),
    content: type === 'file' ? idsOf(fields['content']) : undefined,
    subtree: type === 'dir' ? subtreeOf(fields['subtree']) : undefined,
  };
}

function typeOf(text: string): NodeType {
  return knownTypes.has(text) ? (text as NodeType) : 'other';
}

function text(fields: Fields, key: string): string {
  const value = fields[key] ?? '';
  if (typeof value !== 'string') throw new FieldError(`${key} is no text`);
  return value;
}

function nameOf(quoted: string): BytePath {
  const name = unquoteName(quoted);
  if (name === undefined) throw new FieldError('a name is not quoted as it must be');
  return name;
}

function safe(fields: Fields, key: string): number {
  const value = fields[key] ?? 0;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new FieldError(`${key} is no whole number`);
  return value;
}

function whole(fields: Fields, key: string): bigint {
  const value = fields[key] ?? 0;
  if (typeof value === 'bigint') return value;
  return BigInt(safe(fields, key));
}

function time(fields: Fields, key: string): Nanoseconds {
  const value = fields[key] === undefined ? 0n : parseTime(text(fields, key));
  if (value === undefined) throw new FieldError(`${key} is no time`);
  return value;
}

function linkTargetOf(fields: Fields): BytePath {
  const raw = text(fields, 'linktarget_raw');
  const bytes = raw === '' ? Buffer.from(text(fields, 'linktarget'), 'utf8') : Buffer.from(raw, 'base64');
  return bytes.toString('latin1');
}

function attributesOf(value: unknown): readonly ExtendedAttribute[] {
  const list = value ?? [];
  if (!Array.isArray(list)) throw new FieldError('extended_attributes is no list');
  return list.map((entry: unknown) => {
    if (!isRecord(entry)) throw new FieldError('an extended attribute is no object');
    return { name: text(entry, 'name'), value: Buffer.from(text(entry, 'value'), 'base64') };
  });
}

function idsOf(value: unknown): readonly Id[] {
  const list = value ?? [];
  if (!Array.isArray(list) || !list.every(isId)) throw new FieldError('content is no list of ids');
  return list;
}

function subtreeOf(value: unknown): Id {
  if (!isId(value)) throw new FieldError('a folder has no subtree');
  return value;
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' && idShape.test(value);
}
