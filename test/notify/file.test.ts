import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { file } from '../../src/notify/file.ts';
import { effects, fileChannel, rendered } from './samples.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the file and its folders are made for this user alone', async () => {
  const path = join(folder, 'new', 'deep', 'messages.jsonl');
  await file.send(fileChannel(path), rendered(), effects());
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'new', 'deep'))).mode & 0o777).toBe(0o700);
});

test('a file that is there keeps its lines and its mode', async () => {
  const path = join(folder, 'messages.jsonl');
  await writeFile(path, '{"id":"old"}\n');
  await chmod(path, 0o640);
  await file.send(fileChannel(path), rendered({ id: 'new' }), effects());
  expect(await idsIn(path)).toEqual(['old', 'new']);
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

test('a line that was cut off does not spoil the next one', async () => {
  const path = join(folder, 'messages.jsonl');
  await file.send(fileChannel(path), rendered({ id: 'first' }), effects());
  await appendFile(path, '{"id":"cut o');
  await file.send(fileChannel(path), rendered({ id: 'second' }), effects());
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ id: 'second' });
});

test('a named pipe that nobody reads is not waited for', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  await expect(file.send(fileChannel(path), rendered(), effects())).rejects.toMatchObject({ code: 'channel-failed' });
});

test('a full disk is reported', async () => {
  const path = join(folder, 'full');
  await symlink('/dev/full', path);
  await expect(file.send(fileChannel(path), rendered(), effects())).rejects.toThrow(
    `the message could not be written to ${path} (ENOSPC)`,
  );
});

test('a folder in its place is reported', async () => {
  const path = join(folder, 'messages.jsonl');
  await mkdir(path);
  await expect(file.send(fileChannel(path), rendered(), effects())).rejects.toThrow(`${path} (EISDIR)`);
});

async function idsIn(path: string): Promise<unknown[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { readonly id: unknown }).id);
}
