import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import { openRepository } from '../../../src/vault/open.ts';
import type { Repository } from '../../../src/vault/repository.ts';
import { restoreSnapshot } from '../../../src/vault/restore/restore.ts';
import type { RestoreRequest, RestoreResult } from '../../../src/vault/vault.ts';
import { compareTrees, factsOf } from '../compare-trees.ts';
import { passphrase } from '../open-again.ts';
import { folderWith, hastyClock, newVault, noise, temporaryFolder, treeRequest } from '../place.ts';
import type { TestVault } from '../place.ts';

interface Backup extends TestVault {
  readonly source: string;
  readonly snapshot: string;
}

/** Small and large files in many folders: with content that recurs. */
function manyFiles(): Record<string, string> {
  const text = noise(5_000_000);
  const files: Record<string, string> = {
    'large/a': text,
    'large/b': `${text.slice(0, 2_000_000)}${'\0'.repeat(900_000)}`,
  };
  for (let i = 0; i < 700; i += 1) files[`d${i % 35}/e${i % 7}/f${i}`] = text.slice(i * 300, i * 300 + (i % 5) * 700);
  return files;
}

let backup: Backup;
beforeAll(async () => {
  const source = folderWith(manyFiles());
  const tested = await newVault();
  truncateSync(join(source, 'large/b'), 10_000_000);
  backup = { ...tested, source, snapshot: (await tested.vault.backup(treeRequest(source))).snapshot };
});

/** As a vault does it, with threads from the first task on. */
async function restore(
  target: string,
  more: Partial<RestoreRequest> = {},
  repository?: Repository,
): Promise<RestoreResult> {
  const request = { snapshot: backup.snapshot, target, overwrite: 'never', ...more } as const;
  const signal = more.signal ?? new AbortController().signal;
  return await restoreSnapshot({
    repository: repository ?? backup.repository,
    clock: more.onProgress === undefined ? systemClock : hastyClock(),
    request,
    signal,
    threadsFrom: 0,
  });
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('a restore in threads', () => {
  test('brings everything back as it was, and leaves nothing open', async () => {
    const target = temporaryFolder();
    const before = openFiles();
    const { files, faults } = await restore(target);
    expect([files, faults]).toStrictEqual([702, []]);
    expect(compareTrees(backup.source, join(target, backup.source))).toStrictEqual([]);
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  test('replaces what stands there, links too, and nothing that they lead to', async () => {
    const [target, outside] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(outside, 'kept'), 'kept');
    const before = factsOf(outside);
    const at = (name: string): string => join(target, backup.source, name);
    mkdirSync(at('d3/e3'), { recursive: true });
    mkdirSync(at('large'));
    symlinkSync(outside, at('d4'));
    symlinkSync(join(outside, 'kept'), at('d3/e3/f3'));
    symlinkSync(join(outside, 'new'), at('large/a'));
    writeFileSync(at('large/b'), 'old');
    const { faults } = await restore(target, { overwrite: 'always' });
    expect(faults).toStrictEqual([]);
    expect(compareTrees(backup.source, at('.'))).toStrictEqual([]);
    expect(factsOf(outside)).toStrictEqual(before);
  });

  test('a folder that becomes a link while files are written into it', async () => {
    const [target, outside, moved] = [temporaryFolder(), temporaryFolder(), join(temporaryFolder(), 'moved')];
    let asked = 0;
    const include = (path: string): boolean => {
      if (path !== join(backup.source, 'd1/e1/f36')) return true;
      asked += 1;
      // Nobody looks at an empty target before: it is the restore that asks, with files of this folder on their way.
      if (asked === 1) {
        renameSync(join(target, backup.source, 'd1'), moved);
        symlinkSync(outside, join(target, backup.source, 'd1'));
      }
      return true;
    };
    const { faults } = await restore(target, { include });
    expect([asked, faults]).toStrictEqual([1, []]);
    expect(readdirSync(outside)).toStrictEqual([]);
    expect(compareTrees(join(backup.source, 'd1'), moved)).toStrictEqual([]);
  });

  test('what appears in the place of a file while the restore runs is kept', async () => {
    const target = temporaryFolder();
    const names = ['d0/e0/f0', 'd9/e2/f9', 'large/a'];
    let asked = 0;
    const include = (path: string): boolean => {
      const name = path.slice(backup.source.length + 1);
      // The restore has begun, and is about to make the folder.
      if (name === 'd9/e2' && (asked += 1) === 1) for (const each of names) put(join(target, backup.source), each);
      return true;
    };
    const { faults, files } = await restore(target, { include });
    const kept = names.filter((name) => readFileSync(join(target, backup.source, name), 'utf8') === 'other');
    const refused = faults.map(({ path, kind }) => `${kind} ${path.slice(backup.source.length + 1)}`);
    expect(new Set(refused)).toStrictEqual(new Set(kept.map((name) => `refused ${name}`)));
    expect([files + faults.length, faults.length > 0]).toStrictEqual([702, true]);
  });

  test('an abort leaves whole files, no others, and nothing open', async () => {
    const target = temporaryFolder();
    const before = openFiles();
    const controller = new AbortController();
    const onProgress = ({ bytes }: { bytes: number }): void => {
      if (bytes > 100_000) controller.abort(new Error('enough'));
    };
    await expect(restore(target, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    const [source, there] = [factsOf(backup.source), factsOf(join(target, backup.source))];
    const files = [...there].filter(([, facts]) => facts.includes('sha256'));
    expect(files.length).toBeGreaterThan(0);
    expect(there.size).toBeLessThan(source.size);
    for (const [path, facts] of files) expect(facts).toStrictEqual(source.get(path));
    expect([...there.keys()].filter((path) => !source.has(path))).toStrictEqual([]);
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  test('a damaged pack costs the files in it and no others', async () => {
    const { folder, repository } = backup;
    const id = [...repository.packs()].find(({ blobs }) => blobs[0]?.type === 'data' && blobs.length > 5)?.id ?? '';
    const path = join(folder, 'data', id.slice(0, 2), id);
    const whole = readFileSync(path);
    const bytes = Buffer.from(whole);
    for (let at = 1000; at < bytes.length - 50_000; at += 100_000) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
    const target = temporaryFolder();
    const { faults, files } = await restore(target);
    writeFileSync(path, whole);
    expect(new Set(faults.map(({ kind }) => kind))).toStrictEqual(new Set(['damaged']));
    expect(faults.length + files).toBe(702);
    const [source, there] = [factsOf(backup.source), factsOf(join(target, backup.source))];
    const lost = faults.map((fault) => `.${fault.path.slice(backup.source.length)}`);
    expect([...source.keys()].filter((each) => !there.has(each)).toSorted()).toStrictEqual(lost.toSorted());
    for (const [each, facts] of there) expect(facts).toStrictEqual(source.get(each));
  });

  test('a store without a folder in reach is restored and checked all the same', async () => {
    const local = openLocalStore({ folder: backup.folder });
    const store = Object.assign(Object.create(local) as typeof local, {
      facts: { ...local.facts, folder: undefined },
      get: local.get.bind(local),
      size: local.size.bind(local),
      list: local.list.bind(local),
    });
    const repository = await openRepository({ store, passphrase, clock: systemClock });
    const target = temporaryFolder();
    expect((await restore(target, {}, repository)).faults).toStrictEqual([]);
    expect(compareTrees(backup.source, join(target, backup.source))).toStrictEqual([]);
    expect(await repository.checkPacks(await repository.listIds('data'))).toStrictEqual([]);
    await repository.close();
  });
});

function put(place: string, name: string): void {
  mkdirSync(join(place, name, '..'), { recursive: true });
  try {
    writeFileSync(join(place, name), 'other', { flag: 'wx' });
  } catch {
    // The restore was faster.
  }
}
