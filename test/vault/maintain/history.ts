import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTrees } from '../compare-trees.ts';
import { restic, temporaryFolder } from '../place.ts';

/** Numbers that look random, the same for the same seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function randomBytes(next: (below: number) => number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = next(256);
  return bytes;
}

/** Changes a folder at random: files come, go and grow. */
export function change(folder: string, next: (below: number) => number): void {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 4; i += 1) {
    const path = join(folder, `d${next(3)}`, `f${next(6)}`);
    mkdirSync(join(path, '..'), { recursive: true });
    const kind = next(4);
    if (kind === 0) rmSync(path, { force: true });
    else if (kind === 1) appendFileSync(path, randomBytes(next, next(5_000)));
    else writeFileSync(path, randomBytes(next, next(60_000)));
  }
}

/** What the source was like at each snapshot, kept beside it. */
export class Past {
  readonly #kept = new Map<string, string>();
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  keep(snapshot: string): void {
    const copy = join(temporaryFolder(), 'copy');
    execFileSync('cp', ['-a', this.source, copy]);
    this.#kept.set(snapshot, copy);
  }

  /** What differs in a restore by restic, to the last byte. */
  differences(vault: string, snapshot: string): readonly string[] {
    const target = temporaryFolder();
    restic(vault, 'restore', snapshot, '--target', target);
    const kept = this.#kept.get(snapshot) ?? '';
    return compareTrees(kept, join(target, this.source));
  }
}

/** Throws what restic prints when it finds an error. */
export function expectClean(folder: string): void {
  restic(folder, 'check', '--read-data');
}
