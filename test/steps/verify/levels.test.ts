import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BackupRecord } from '../../../src/base/backup.ts';
import type { VerifyLevel } from '../../../src/plan/model/system.ts';
import type { SoundPacks, StepContext, StepOutcome, Verification } from '../../../src/steps/handler.ts';
import { verifyStep } from '../../../src/steps/verify.ts';
import type { TransferProgress } from '../../../src/vault/vault.ts';
import { requireProgram } from '../../require.ts';
import { openShop, type Shop } from '../shop.ts';

let shop: Shop;

beforeEach(() => {
  shop = openShop();
});
afterEach(() => shop.end());

async function verify(
  backup: BackupRecord,
  level: VerifyLevel,
  parts: Partial<StepContext> = {},
): Promise<StepOutcome & { readonly found: Verification }> {
  const action = { kind: 'verify', backup, storage: 'primary', level } as const;
  const outcome = await verifyStep.execute(action, { ...shop.context, ...parts });
  if (outcome.facts.kind !== 'verify') throw new Error('these are not the facts of a verification');
  return { ...outcome, found: outcome.facts };
}

function failedIn({ checks }: Verification): readonly string[] {
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

function namesIn({ checks }: Verification): readonly string[] {
  return checks.map(({ name }) => name);
}

/** The restored copy is gone afterwards. */
function leftInScratch(): readonly string[] {
  return readdirSync(join(shop.folder, 'scratch'));
}

describe('each level', () => {
  const basic = ['snapshot', 'access', 'index', 'folders', 'files', 'packs'];
  const standard = [...basic, 'sizes', 'names', 'complete'];

  test.each([
    ['basic', basic, 'the bytes of the packs'],
    ['standard', [...standard, 'sample'], 'a restore'],
    ['thorough', [...standard, 'bytes', 'content'], 'a restore: nothing was written'],
    ['forensic', [...standard, 'bytes', 'content', 'restore', 'comparison', 'entries'], 'the probes of the system'],
  ] as const)('%s makes its checks, and says what it did not test', async (level, names, missing) => {
    const { status, found } = await verify(await shop.record(), level);
    expect(failedIn(found)).toStrictEqual([]);
    expect(namesIn(found)).toStrictEqual(names);
    expect(found.notTested?.join('; ')).toContain(missing);
    expect({ status, score: found.score, passed: found.passed }).toStrictEqual({
      status: 'succeeded',
      score: 1,
      passed: true,
    });
    expect(leftInScratch()).toStrictEqual([]);
  });

  test('progress grows to the total of all its parts', async () => {
    writeFileSync(join(shop.www, 'large'), Buffer.alloc(3_000_000, 'large '));
    const backup = await shop.record();
    let now = 0;
    const clock = { ...shop.context.clock, now: () => (now += 1000) };
    const seen: TransferProgress[] = [];
    await verify(backup, 'forensic', { clock, onProgress: (progress) => seen.push(progress) });
    const bytes = seen.map((progress) => progress.bytes);
    expect(bytes).toStrictEqual(bytes.toSorted((a, b) => a - b));
    expect(bytes.at(-1)).toBeGreaterThan(3 * backup.bytesTotal);
    expect(seen.at(-1)?.bytesTotal).toBe(bytes.at(-1));
  });
});

describe('what a record counts', () => {
  test('must be reachable', async () => {
    const backup = await shop.record();
    const { found } = await verify({ ...backup, files: backup.files + 1 }, 'standard');
    expect(failedIn(found)).toStrictEqual(['complete']);
    expect(found.passed).toBe(false);
  });

  test('is not compared where nothing was counted, and that is said', async () => {
    const { found } = await verify({ ...(await shop.record()), files: 0, bytesTotal: 0 }, 'standard');
    expect(found.notTested?.join()).toContain('nothing is on record to compare with');
  });
});

describe('thorough', () => {
  test('looks into files of known formats; a broken one lowers the score, but is no fault of the backup', async () => {
    writeFileSync(join(shop.www, 'dump.sql'), '--\n-- PostgreSQL database dump\n--\nselect 1;\n');
    writeFileSync(join(shop.www, 'text'), 'hello');
    const { found } = await verify(await shop.record(), 'thorough');
    expect(failedIn(found)).toStrictEqual(['content']);
    expect(found.checks.find(({ name }) => name === 'content')?.detail).toContain(
      'dump.sql (PostgreSQL dump): its last line',
    );
    expect(found.score).toBeLessThan(1);
    expect(found.passed).toBe(true);
  });

  test('checks databases among files with SQLite itself', async () => {
    requireProgram('sqlite3');
    execFileSync('sqlite3', [join(shop.www, 'a.db'), 'create table t (x); insert into t values (1)']);
    const whole = await verify(await shop.record(), 'thorough');
    expect(whole.found.checks.find(({ name }) => name === 'content')?.detail).toContain('1 SQLite');
    const bytes = readFileSync(join(shop.www, 'a.db'));
    bytes.fill(7, 4096 + 8);
    writeFileSync(join(shop.www, 'a.db'), bytes);
    const broken = await verify(await shop.record(), 'thorough');
    expect(failedIn(broken.found)).toStrictEqual(['content']);
    expect(leftInScratch()).toStrictEqual([]);
  });

  test('does not judge a database that was in use when its file was copied, and says so', async () => {
    const path = join(shop.www, 'used.db');
    const database = new DatabaseSync(path);
    database.exec('pragma journal_mode = wal; create table t (x); insert into t values (1)');
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    const { found } = await verify(await shop.record(), 'thorough');
    database.close();
    expect(failedIn(found)).toStrictEqual([]);
    expect(found.notTested?.join()).toContain('used.db (SQLite): it was in use when its file was copied');
  });

  test('a captured database that is not sound fails the backup', async () => {
    const backup = await shop.record({ system: 'orders' });
    const real = await shop.vault('primary');
    /** As if the database had been damaged before the vault got it. */
    async function* contents(): ReturnType<typeof real.contents> & AsyncGenerator {
      for await (const file of real.contents(backup.id)) {
        yield {
          ...file,
          async *read() {
            const pieces: Uint8Array[] = [];
            for await (const piece of file.read()) pieces.push(piece);
            const bytes = Buffer.concat(pieces);
            bytes.fill(7, 4096 + 8);
            yield bytes;
          },
        };
      }
    }
    const { found } = await verify(backup, 'thorough', { vault: async () => ({ ...real, contents }) });
    expect(failedIn(found)).toStrictEqual(['content']);
    expect(found.passed).toBe(false);
  });
});

function memory(): SoundPacks & { readonly noted: Map<string, number> } {
  const noted = new Map<string, number>();
  return {
    noted,
    of: () => noted,
    note: (_, packs, at) => {
      for (const pack of packs) noted.set(pack, at);
    },
    keep: (_, isThere) => {
      for (const pack of noted.keys()) if (!isThere(pack)) noted.delete(pack);
    },
  };
}

function packsOf(storage: string): readonly string[] {
  const data = join(shop.folder, storage, 'data');
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.length === 67)
    .map((name) => join(data, name));
}

describe('the sample', () => {
  test('remembers what it read, forgets what is gone, and leaves out what is damaged', async () => {
    const soundPacks = memory();
    soundPacks.noted.set('f'.repeat(64), 1);
    const backup = await shop.record();
    await verify(backup, 'standard', { soundPacks });
    expect(soundPacks.noted.size).toBe(2);
    expect(soundPacks.noted.has('f'.repeat(64))).toBe(false);
    soundPacks.noted.clear();
    const [pack = ''] = packsOf('primary');
    const bytes = readFileSync(pack);
    chmodSync(pack, 0o600);
    writeFileSync(
      pack,
      bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte)),
    );
    await verify(backup, 'standard', { soundPacks });
    expect(soundPacks.noted.size).toBe(1);
  });
});

describe('forensic', () => {
  test('proves a restore of files, whatever their modes and kinds', async () => {
    symlinkSync('index.html', join(shop.www, 'link'));
    writeFileSync(join(shop.www, 'secret'), 'x', { mode: 0o400 });
    chmodSync(join(shop.www, 'img'), 0o500);
    const { found } = await verify(await shop.record(), 'forensic');
    chmodSync(join(shop.www, 'img'), 0o700);
    expect(failedIn(found)).toStrictEqual([]);
    expect(found.restored).toMatchObject({ proven: true });
    expect(leftInScratch()).toStrictEqual([]);
  });

  test('proves a restore of a database with its integrity and rows, where it is not', async () => {
    const backup = await shop.record({ system: 'orders' });
    rmSync(shop.database);
    const { found } = await verify(backup, 'forensic');
    expect(failedIn(found)).toStrictEqual([]);
    expect(namesIn(found).slice(-4)).toStrictEqual(['restore', 'comparison', 'integrity', 'rows']);
    expect(found.restored?.proven).toBe(true);
  });

  test('fails when rows are missing, and proves nothing then', async () => {
    const backup = await shop.record({ system: 'orders' });
    const { status, found } = await verify({ ...backup, manifest: { rows: { orders: 4 } } }, 'forensic');
    expect({ status, failed: failedIn(found), proven: found.restored?.proven }).toStrictEqual({
      status: 'failed',
      failed: ['rows'],
      proven: false,
    });
  });

  test('fails when the restored files are not what was stored', async () => {
    const backup = await shop.record();
    const real = await shop.vault('primary');
    /** A disk that does not keep what is written to it. */
    const vault: typeof real = {
      ...real,
      restore: async (request) => {
        const result = await real.restore(request);
        const file = request.target + join(shop.www, 'index.html');
        const { mtime } = statSync(file);
        writeFileSync(file, '<h1>shoP</h1>');
        utimesSync(file, mtime, mtime);
        rmSync(request.target + join(shop.www, 'img/logo.svg'));
        return result;
      },
    };
    const { found } = await verify(backup, 'forensic', { vault: async () => vault });
    expect(failedIn(found)).toStrictEqual(['comparison', 'entries']);
    const detail = found.checks.find(({ name }) => name === 'comparison')?.detail;
    expect(detail).toContain('logo.svg: it is missing');
    expect(detail).toContain('index.html: its bytes from 0 on are others');
    expect(leftInScratch()).toStrictEqual([]);
  });

  test('restores nothing when the stored bytes are damaged, and says so', async () => {
    const backup = await shop.record();
    const { found } = await verify({ ...backup, files: 99 }, 'forensic');
    expect(namesIn(found)).not.toContain('restore');
    expect(found.notTested?.at(-1)).toBe('a restore: the checks before it did not pass');
    expect(found.restored).toBeUndefined();
  });

  test('needs room, and a plan that still knows the system', async () => {
    const backup = await shop.record();
    const huge = await verify({ ...backup, bytesTotal: 2 ** 52 }, 'forensic');
    expect(huge.status).toBe('failed');
    const gone = await verify({ ...backup, system: 'nobody' }, 'forensic');
    expect(gone.error?.code).toBe('source-changed');
  });

  test('right after a backup is possible too', async () => {
    const outcome = await shop.backUp({ verify: 'forensic' });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      facts: { verification: { passed: true, restored: { proven: true } } },
    });
  });
});
