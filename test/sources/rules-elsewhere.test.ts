import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { toBytePath } from '../../src/base/capture.ts';
import type { FilesSource } from '../../src/plan/model/system.ts';
import { filesSource } from '../../src/sources/files.ts';
import { rulesFrom } from '../../src/sources/files/rules-elsewhere.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const definition: FilesSource = {
  type: 'files',
  at: { file: 'muster.yaml', line: 1, column: 1 },
  paths: [folder],
  exclude: ['*.tmp', 'cache/'],
  allowEmpty: true,
  excludeIfPresent: ['.nobackup'],
  excludeLargerThan: 100,
};
const request = { scratch: folder, signal: new AbortController().signal };

function path(name: string): string {
  return toBytePath(join(folder, name));
}

test('another thread leaves out what this one does', async () => {
  const { roots } = await filesSource.capture(definition, request);
  const [root] = roots;
  if (root?.kind !== 'tree') throw new Error('no tree');
  const there = rulesFrom(structuredClone(root.elsewhere?.data));
  const facts = { size: 101n, dev: 1n, ino: 2n };
  for (const name of ['a', 'a.tmp', 'cache', 'x/cache'])
    for (const isFolder of [true, false])
      expect(there.excluded(path(name), isFolder, facts)).toBe(root.excluded(path(name), isFolder, facts));
  const entered = { path: path('x'), names: ['.nobackup', 'b'], child: (name: string) => name, facts };
  expect(there.enter?.(entered)?.excluded?.(path('x/b'), false)).toBe(true);
  expect(there.enter?.({ ...entered, names: ['b'] })).toBeUndefined();
});

test('rules that depend on where the walk came from stay here', async () => {
  const { roots } = await filesSource.capture({ ...definition, oneFileSystem: true }, request);
  expect(roots).toMatchObject([{ elsewhere: undefined }]);
});
