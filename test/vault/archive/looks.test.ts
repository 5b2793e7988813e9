import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, asyncProperty, nat, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { CaptureRoot } from '../../../src/base/capture.ts';
import { filesSource } from '../../../src/sources/files.ts';
import { treesOf } from '../../../src/vault/tree/survey-tree.ts';
import { requireProgram } from '../../require.ts';
import { newVault, restic, temporaryFolder } from '../place.ts';
import type { TestVault } from '../place.ts';

/** Enough that threads are started. Each has two more in it, one of them empty. */
const many = 420;

function newSource(): string {
  const source = join(temporaryFolder(), 'source');
  for (let i = 0; i < many; i += 1) {
    mkdirSync(join(source, `folder-${i}/inner/empty`), { recursive: true });
    for (const name of ['a', 'b', 'inner/c']) writeFileSync(join(source, `folder-${i}`, name), `${i} ${name}`);
    symlinkSync('a', join(source, `folder-${i}/link`));
  }
  linkSync(join(source, 'folder-1/a'), join(source, 'folder-2/other name'));
  return source;
}

/** Each does something to a folder of the source; they may fail where another was before. */
const changes: readonly ((folder: string) => void)[] = [
  (folder) => writeFileSync(join(folder, 'a'), 'changed'),
  (folder) => writeFileSync(join(folder, 'inner/n\u00e9w "<&>\n'), 'new'),
  (folder) => utimesSync(join(folder, 'b'), 1_000_000, 1_000_000.5),
  (folder) => chmodSync(join(folder, 'b'), 0o751),
  (folder) => chmodSync(join(folder, 'inner'), 0o1777),
  (folder) => chmodSync(join(folder, 'inner/empty'), 0o2755),
  (folder) => rmSync(join(folder, 'inner/empty'), { recursive: true }),
  (folder) => rmSync(join(folder, 'inner'), { recursive: true }),
  (folder) => rmSync(folder, { recursive: true }),
  (folder) => renameSync(folder, `${folder} moved`),
  (folder) => mkdirSync(join(folder, 'inner/deeper/still'), { recursive: true }),
  (folder) => execFileSync('setfattr', ['-n', 'user.note', '-v', 'hello', join(folder, 'b')], { stdio: 'ignore' }),
  (folder) => execFileSync('setfattr', ['-n', 'user.note', '-v', 'hello', join(folder, 'inner')], { stdio: 'ignore' }),
  (folder) => linkSync(join(folder, 'a'), join(folder, 'inner/second name')),
  (folder) => {
    rmSync(join(folder, 'link'));
    symlinkSync('elsewhere', join(folder, 'link'));
  },
  (folder) => {
    rmSync(join(folder, 'b'));
    mkdirSync(join(folder, 'b'));
  },
  (folder) => {
    rmSync(join(folder, 'inner'), { recursive: true });
    symlinkSync('..', join(folder, 'inner'));
  },
  (folder) => execFileSync('mkfifo', [join(folder, 'inner/pipe')], { stdio: 'ignore' }),
  (folder) => writeFileSync(join(folder, '.musterignore'), 'c\n'),
  (folder) => writeFileSync(join(folder, 'inner/.musterignore'), '[\n'),
  (folder) => writeFileSync(join(folder, 'inner/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n'),
  (folder) => writeFileSync(join(folder, 'inner/.nobackup'), ''),
  (folder) => writeFileSync(join(folder, 'left out.tmp'), 'x'),
  (folder) => writeFileSync(join(folder, 'large'), Buffer.alloc(70_000)),
];

function apply(source: string, steps: readonly (readonly [number, number])[]): void {
  for (const [change, folder] of steps) {
    try {
      changes[change]?.(join(source, `folder-${folder}`));
    } catch {
      // What it is about is gone.
    }
  }
}

async function rootsOf(source: string): Promise<readonly CaptureRoot[]> {
  const { roots } = await filesSource.capture(
    {
      type: 'files',
      at: { file: 'muster.yaml', line: 1, column: 1 },
      paths: [source],
      exclude: ['*.tmp', 'folder-7/inner'],
      allowEmpty: false,
      excludeCaches: true,
      excludeIfPresent: ['.nobackup'],
      excludeLargerThan: 65_536,
    },
    { scratch: temporaryFolder(), signal: new AbortController().signal },
  );
  return roots;
}

/** Of the source: the folders above it are those of the system, which others change. */
async function treeOf(
  { vault, repository }: TestVault,
  { snapshot, source }: { readonly snapshot: string; readonly source: string },
): Promise<string | undefined> {
  const { tree } = await vault.snapshot(snapshot);
  for await (const { id, path } of treesOf(repository, tree)) if (path === source) return id;
  return undefined;
}

interface Way {
  readonly parent: string | undefined;
  readonly threads?: number;
}

async function backUp(place: TestVault, source: string, { parent, threads }: Way): Promise<unknown> {
  const roots = await rootsOf(source);
  const alone = roots.map((root) => ({ ...root, elsewhere: undefined })) as readonly CaptureRoot[];
  const request = { paths: [source], parent, threads, time: systemClock.now(), tags: [] };
  const result = await place.vault.backup({ ...request, roots: threads === undefined ? alone : roots });
  return {
    ...result,
    tree: await treeOf(place, { snapshot: result.snapshot, source }),
    snapshot: '',
    bytesNew: 0,
    bytesStored: 0,
  };
}

describe('folders that are compared with the parent snapshot ahead of the walk', () => {
  test('give the same tree and the same figures as the walk alone', async () => {
    const place = await newVault();
    const step = tuple(nat(changes.length - 1), nat(many - 1));
    await assert(
      asyncProperty(array(step, { maxLength: 120 }), array(step, { maxLength: 120 }), async (before, after) => {
        const source = newSource();
        apply(source, before);
        const request = { roots: await rootsOf(source), paths: [source], time: systemClock.now(), tags: [] };
        const { snapshot: parent } = await place.vault.backup({ ...request, parent: undefined });
        apply(source, after);
        const walked = await backUp(place, source, { parent });
        expect(await backUp(place, source, { parent, threads: 2 })).toStrictEqual(walked);
        expect(await backUp(place, source, { parent, threads: 0 })).toStrictEqual(walked);
      }),
      { numRuns: 4 },
    );
  });

  test.runIf(requireProgram('restic'))('leave snapshots that restic finds whole', async () => {
    const place = await newVault();
    const source = newSource();
    const request = { roots: await rootsOf(source), paths: [source], time: systemClock.now(), tags: [], threads: 2 };
    const { snapshot: parent } = await place.vault.backup({ ...request, parent: undefined });
    apply(
      source,
      [0, 3, 6, 9].map((change, i) => [change, 20 * i]),
    );
    const { snapshot } = await place.vault.backup({ ...request, parent });
    expect(restic(place.folder, 'check')).toContain('no errors were found');
    const listed = restic(place.folder, 'ls', snapshot).split('\n');
    expect(listed).toContain(join(source, 'folder-0/a'));
    expect(listed).toContain(`${join(source, 'folder-60')} moved`);
    expect(listed).not.toContain(join(source, 'folder-40/inner/empty'));
  });
});
