import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { stateOfProcess, thisProcess } from '../../../src/base/process.ts';
import type { LockFile, LockHolder } from '../../../src/vault/lock/lock-file.ts';
import { decodeLock, encodeLock, holderHere } from '../../../src/vault/lock/lock-file.ts';
import { isStale } from '../../../src/vault/lock/stale.ts';

const minute = 60_000;
const now = Date.now();

function lockBy(holder: Partial<LockHolder>, age: number): LockFile {
  return { time: now - age, exclusive: true, holder: { ...holderHere(), ...holder } };
}

function staleAfter(holder: Partial<LockHolder>, age: number, storeAge = age): boolean {
  return isStale(lockBy(holder, age), now - storeAge, now);
}

const { hostname, startTicks, boot, namespace } = thisProcess();
const marks = { startTicks, boot, namespace };

describe('a lock is stale', () => {
  test('never while its process runs here', () => {
    expect(staleAfter({}, 0)).toBe(false);
    expect(staleAfter({}, 600 * minute)).toBe(false);
  });

  test('at once when its process is gone, and the lock shows that its number means the same here', async () => {
    const pid = await deadProcess();
    expect(staleAfter({ pid }, 0)).toBe(true);
  });

  test('at once when its number belongs to a later process', () => {
    expect(staleAfter({ process: { ...marks, startTicks: 1 } }, 0)).toBe(true);
  });

  test('written by restic: when its process is gone and two renewals are missed', async () => {
    const pid = await deadProcess();
    expect(staleAfter({ pid, process: undefined }, 9 * minute)).toBe(false);
    expect(staleAfter({ pid, process: undefined }, 11 * minute)).toBe(true);
  });

  test('written by restic: not while its process runs, but when that started after the last renewal', () => {
    expect(staleAfter({ process: undefined }, 0)).toBe(false);
    const longAgo = lockBy({ process: undefined }, 365 * 24 * 60 * minute);
    expect(isStale(longAgo, longAgo.time, now)).toBe(true);
  });

  test('when the machine was started anew: after two missed renewals', () => {
    const earlier = { ...marks, boot: 'an earlier start' };
    expect(staleAfter({ process: earlier }, 9 * minute)).toBe(false);
    expect(staleAfter({ process: earlier }, 11 * minute)).toBe(true);
  });

  test('from another container of the same name: after 30 minutes', async () => {
    const pid = await deadProcess();
    const elsewhere = { ...marks, namespace: 'pid:[1]' };
    expect(staleAfter({ pid, process: elsewhere }, 29 * minute)).toBe(false);
    expect(staleAfter({ pid, process: elsewhere }, 31 * minute)).toBe(true);
  });

  test('from another host: after 30 minutes by its own time and the store\u2019s', () => {
    const other = { hostname: `not-${hostname}` };
    expect(staleAfter(other, 29 * minute)).toBe(false);
    expect(staleAfter(other, 31 * minute)).toBe(true);
    expect(staleAfter(other, 31 * minute, 1 * minute)).toBe(false);
    expect(staleAfter(other, 1 * minute, 31 * minute)).toBe(false);
    expect(staleAfter(other, -120 * minute, 31 * minute)).toBe(false);
  });
});

describe('processes', () => {
  test('a killed one is gone even before its parent has noticed', async () => {
    // The shell never waits for its child, which stays a zombie as long as the shell runs.
    const shell = spawn('bash', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    process.kill(pid, 'SIGKILL');
    const deadline = Date.now() + 10_000;
    while (stateOfNumber(pid) === 'running' && Date.now() < deadline) await new Promise(setImmediate);
    expect(stateOfNumber(pid)).toBe('gone');
    shell.kill('SIGKILL');
    await once(shell, 'exit');
  });

  test('this one runs', () => {
    expect(stateOfProcess(thisProcess())).toBe('running');
  });
});

describe('the JSON of a lock', () => {
  test('is restic\u2019s, with zero uid and gid left out', () => {
    const holder = { hostname: 'db1', username: 'root', pid: 7, uid: 0, gid: 0, process: undefined };
    expect(encodeLock({ time: 0, exclusive: false, holder })).toBe(
      '{"time":"1970-01-01T00:00:00.000Z","exclusive":false,"hostname":"db1","username":"root","pid":7}',
    );
    expect(JSON.parse(encodeLock({ time: 0, exclusive: true, holder: { ...holder, uid: 5, gid: 6 } }))).toMatchObject({
      uid: 5,
      gid: 6,
    });
  });

  test('goes there and back', () => {
    const lock = lockBy({}, 0);
    expect(decodeLock(JSON.parse(encodeLock(lock)))).toEqual(lock);
  });

  test('with nanoseconds and a zone, as restic writes it, is read', () => {
    const value = {
      time: '2024-07-01T12:00:00.123456789+02:00',
      exclusive: true,
      hostname: 'a',
      username: 'b',
      pid: 3,
    };
    expect(decodeLock(value)).toMatchObject({ time: Date.UTC(2024, 6, 1, 10, 0, 0, 123), exclusive: true });
  });

  test.each([
    null,
    [],
    {},
    { time: 'x', exclusive: true, hostname: '', pid: 1 },
    { time: '2024-01-01T00:00:00Z', exclusive: 1 },
  ])('%j is none', (value) => {
    expect(decodeLock(value)).toBeUndefined();
  });
});

function stateOfNumber(pid: number): string {
  const start = { ...thisProcess(), pid };
  // Whatever its start, a zombie is no process; a living one has another start than this.
  return pidIsAlive(pid) ? 'running' : stateOfProcess(start);
}

function pidIsAlive(pid: number): boolean {
  return !isStale(lockBy({ pid, process: undefined }, -minute), now - 20 * minute, now + 40 * minute);
}

async function deadProcess(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}
