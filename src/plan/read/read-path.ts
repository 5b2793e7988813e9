import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/error.ts';
import { formatSize } from '../../base/size.ts';
import type { DiagnosticCode } from '../diagnostic-codes.ts';
import { maxFileBytes } from './limits.ts';

/** What a path holds. */
export type Content =
  | { readonly kind: 'file'; readonly text: string }
  /** Absolute paths of the plan files in it. */
  | { readonly kind: 'folder'; readonly paths: readonly string[] }
  | Fault;

export interface Fault {
  readonly kind: 'fault';
  readonly code: DiagnosticCode;
  /** A sentence that begins with the path goes on like this. */
  readonly message: string;
  readonly hint: string;
}

/** Never waits for a pipe and never reads more than a plan may have. */
export async function readPath(path: string): Promise<Content> {
  try {
    // Without this flag, opening a named pipe would wait until somebody writes to it.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = await handle.stat();
    if (facts.isDirectory()) return await readFolder(path);
    if (!facts.isFile()) return fault('unreadable', 'is not a regular file', 'Name a YAML file, or a folder of them.');
    if (facts.size > maxFileBytes) return tooLarge;
    return textOf(await readAtMost(handle, maxFileBytes + 1));
  } catch (error) {
    return systemFault(codeOf(error));
  }
}

function fault(code: DiagnosticCode, message: string, hint: string): Fault {
  return { kind: 'fault', code, message, hint };
}

const tooLarge = fault('too-large', `is larger than ${formatSize(maxFileBytes)}`, 'Split it into a folder of files.');

async function readFolder(path: string): Promise<Content> {
  const names = await readdir(path);
  const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  if (files.length === 0)
    return fault('empty-folder', 'holds no `*.yaml` file', 'Put the plan there, or name another folder.');
  return { kind: 'folder', paths: files.map((name) => join(path, name)) };
}

interface Readable {
  read(buffer: Buffer, offset: number): Promise<{ readonly bytesRead: number }>;
}

/** A file may have grown since its size was asked for. */
async function readAtMost(handle: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < limit;) {
    const chunk = Buffer.allocUnsafe(Math.min(limit - size, 2 ** 20));
    const { bytesRead } = await handle.read(chunk, 0);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
    size += bytesRead;
  }
  return Buffer.concat(chunks);
}

function textOf(bytes: Buffer): Content {
  if (bytes.length > maxFileBytes) return tooLarge;
  try {
    return { kind: 'file', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return fault('not-utf8', 'is not UTF-8 text', 'Save it as UTF-8.');
  }
}

function systemFault(code: string | undefined): Content {
  if (code === 'ENOENT' || code === 'ENOTDIR') return fault('unreadable', 'does not exist', 'Check the path.');
  if (code === 'EACCES' || code === 'EPERM') return fault('unreadable', 'may not be read by you', 'Change its mode.');
  return fault('unreadable', `cannot be read (${code ?? 'unknown fault'})`, 'Check the path.');
}
