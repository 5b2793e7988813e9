import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../base/error.ts';
import type { FileChannel } from '../plan/model/message.ts';
import { ChannelError, type Channel, type RenderedMessage } from './channel.ts';
import { messageDocument } from './document.ts';

/**
 * Appends one JSON document a line. Each line is one write at the end of the file, so lines of several processes never
 * mix; it is on the disk when `send` resolves.
 */
export const file: Channel<FileChannel> = {
  facts: { richText: false, maxLength: 1_000_000, recipients: 'none' },
  async send({ path }, message, { signal }) {
    signal.throwIfAborted();
    try {
      await append(path, message);
    } catch (error) {
      throw error instanceof ChannelError ? error : failed(path, codeOf(error));
    }
    return { detail: path };
  },
};

async function append(path: string, message: RenderedMessage): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Not blocking, or a named pipe without a reader would be waited for.
  const { O_APPEND, O_CREAT, O_RDWR, O_NONBLOCK } = constants;
  const handle = await open(path, O_APPEND | O_CREAT | O_RDWR | O_NONBLOCK, 0o600);
  try {
    await writeLine(handle, path, `${await lineStart(handle)}${JSON.stringify(messageDocument(message))}\n`);
  } finally {
    await handle.close();
  }
}

/** A line that was cut off, by a full disk or a power loss, is ended first so that it does not spoil the next one. */
async function lineStart(handle: FileHandle): Promise<'' | '\n'> {
  const { size } = await handle.stat();
  if (size === 0) return '';
  const { buffer } = await handle.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer.toString('latin1') === '\n' ? '' : '\n';
}

async function writeLine(handle: FileHandle, path: string, line: string): Promise<void> {
  const bytes = Buffer.from(line);
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten !== bytes.length) throw failed(path, 'ENOSPC');
  await handle.sync();
}

function failed(path: string, code: string | undefined): ChannelError {
  return new ChannelError(`the message could not be written to ${path} (${code ?? 'unknown fault'})`, {
    hint: 'Make sure that the folder is writable by this user and that its disk is not full.',
  });
}
