import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { attemptFinished, attemptStarted, runFinished, runStarted } from './events.ts';
import { faultOf, openState, temporaryFolder, withDatabase } from './state.ts';

const appendChild = join(import.meta.dirname, 'children', 'append.ts');

describe('a new journal', () => {
  test('is a file for its owner alone, in a folder for its owner alone', () => {
    const folder = join(temporaryFolder(), 'deep', '.muster');
    openState(folder).append(runStarted('r1'));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('narrows a file that others may read', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'journal.db'), '', { mode: 0o644 });
    openState(folder);
    expect(statSync(join(folder, 'journal.db')).mode & 0o777).toBe(0o600);
  });

  test.runIf(requireProgram('strace', ['-V']))('has synced an event to the disk before append returns', () => {
    const folder = temporaryFolder();
    const trace = join(folder, 'trace');
    const strace = ['-f', '-o', trace, '-e', 'trace=fdatasync,fsync,write', process.execPath, appendChild];
    execFileSync('strace', [...strace, join(folder, 'state'), 'traced', '3'], { stdio: 'ignore' });
    const calls = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /fdatasync\(|fsync\(|write\(1, "traced/.test(line));
    const acknowledged = calls.flatMap((line, index) => (line.includes('write(1') ? [calls[index - 1] ?? ''] : []));
    expect(acknowledged).toHaveLength(12);
    for (const before of acknowledged) expect(before).toMatch(/sync\(\d+/);
  });

  test('keeps what was appended when it is opened again', () => {
    const folder = temporaryFolder();
    const events = [runStarted('r1'), attemptStarted('r1', 'one'), attemptFinished('r1', 'one'), runFinished('r1')];
    for (const event of events) openState(folder).append(event);
    expect(openState(folder).run('r1')?.events).toEqual(events);
  });
});

describe.runIf(requireProgram('sqlite3', ['--version']))('stock sqlite3', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/journal-and-runs.md'), 'utf8');
  const queries = [...guide.matchAll(/^sqlite3 -readonly .*?"(.+)"$/gm)].map(([, query]) => query ?? '');

  test('reads it as the guide says, while it is in use', () => {
    const folder = temporaryFolder();
    const run = '20261120T101500Z-7f3a9c';
    const restored = { run, at: 5, system: 'orders', backup: 'x', status: 'succeeded', durationMs: 1 } as const;
    openState(folder).append(runStarted(run), { ...restored, type: 'restore.finished', proven: true });
    expect(queries.length).toBeGreaterThan(3);
    for (const query of queries) {
      const answer = execFileSync('sqlite3', ['-readonly', join(folder, 'journal.db'), query], { encoding: 'utf8' });
      expect(answer).toMatch(/7f3a9c|one|run\.started|orders/);
    }
  });
});

describe('a journal that cannot be used', () => {
  test('a file that is no database is damaged, and is left as it is', () => {
    const folder = temporaryFolder();
    const text = 'my notes, not a database. '.repeat(100);
    writeFileSync(join(folder, 'journal.db'), text);
    const fault = faultOf(() => openState(folder));
    expect(fault.code).toBe('journal-damaged');
    expect(fault.hint).toContain('aside');
    expect(readFileSync(join(folder, 'journal.db'), 'utf8')).toBe(text);
  });

  test('a database of another program is refused and left as it is', () => {
    const folder = temporaryFolder();
    withDatabase(folder, (database) => database.exec('CREATE TABLE customers (id)'));
    expect(faultOf(() => openState(folder)).code).toBe('journal-damaged');
    withDatabase(folder, (database) => database.exec('PRAGMA user_version = 1'));
    expect(faultOf(() => openState(folder)).message).toContain('another program');
    expect(withDatabase(folder, (database) => database.prepare('SELECT name FROM sqlite_schema').all())).toHaveLength(
      1,
    );
  });

  test('a truncated file is damaged', () => {
    const folder = temporaryFolder();
    const journal = openState(folder);
    for (let index = 0; index < 50; index += 1) journal.append(runStarted(`r${index}`));
    withDatabase(folder, (database) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    truncateSync(join(folder, 'journal.db'), 3 * 4096);
    const fault = faultOf(() => {
      const again = openState(folder);
      again.runs();
      again.verifyChain();
    });
    expect(fault.code).toBe('journal-damaged');
  });

  test('a newer format is refused by name, never changed', () => {
    const folder = temporaryFolder();
    openState(folder).append(runStarted('r1'));
    withDatabase(folder, (database) => database.exec('PRAGMA user_version = 99'));
    const fault = faultOf(() => openState(folder));
    expect(fault.code).toBe('journal-newer');
    expect(fault.message).toContain('format 99');
    expect(fault.hint).toContain('newer muster');
  });

  test('a folder that cannot be made, or written, is named', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    for (const folder of [join(file, 'state'), '/proc/1/muster-state', '/sys/muster-state']) {
      const fault = faultOf(() => openState(folder));
      expect(fault.code).toBe('journal-not-writable');
      expect(fault.message).toContain(folder);
    }
  });

  test('a disk without space is said so, and what was kept stays', () => {
    const folder = temporaryFolder();
    const journal = openState(folder);
    journal.append(runStarted('r1'));
    const limited = execFileSync(
      'bash',
      [
        '-c',
        'ulimit -f 256; exec "$@"',
        'bash',
        process.execPath,
        join(import.meta.dirname, 'children', 'fill.ts'),
        folder,
      ],
      { encoding: 'utf8' },
    );
    expect(limited.trim().split('\n').at(-1)).toMatch(/^(journal-full|journal-not-writable) /);
    expect(journal.verifyChain()).toMatchObject({ intact: true });
    expect(journal.run('r1')?.status).toBe('running');
    journal.append(runFinished('r1'));
    const acknowledged = limited.split('\n').filter((line) => line.startsWith('kept '));
    expect(journal.runs().filter((run) => run.id.startsWith('fill-'))).toHaveLength(acknowledged.length);
  });
});
