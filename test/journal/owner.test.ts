import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { currentOwner, heartbeatLimit, isAlive, type Owner } from '../../src/journal/owner.ts';

const self = currentOwner();

/** A shell script whose first line is the number of a process; ended with the test. */
async function pidFrom(script: string): Promise<{ readonly pid: number; readonly child: ChildProcess }> {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) return { pid: Number(line), child };
  throw new Error('it said nothing');
}

async function stateOf(pid: number): Promise<{ readonly letter: string; readonly started: string }> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { letter: fields[0] ?? '', started: fields[19] ?? '' };
}

describe('an owner in this kernel and process namespace', () => {
  test('is this process: alive, however old its heartbeat', () => {
    expect(self.pid).toBe(process.pid);
    expect(self.started).toMatch(/^\d+$/);
    expect(isAlive(self, self, 1e12)).toBe(true);
  });

  test('a process number that is in use again by another process is not the owner', () => {
    expect(isAlive({ ...self, started: '1' }, self, 0)).toBe(false);
  });

  test('a process that has ended is gone, however new its heartbeat', async () => {
    const { pid, child } = await pidFrom('echo $$');
    await once(child, 'exit');
    expect(isAlive({ ...self, pid }, self, 0)).toBe(false);
  });

  test('a process that has ended and is only not reaped yet is gone', async () => {
    // The shell becomes a program that never asks for the end of the child it has got.
    const { pid } = await pidFrom('sleep 0 & echo $!; exec sleep 600');
    let state = await stateOf(pid);
    while (state.letter !== 'Z') state = await stateOf(pid);
    expect(isAlive({ ...self, pid, started: state.started }, self, 0)).toBe(false);
  });

  test('a stopped process is alive', async () => {
    const { pid } = await pidFrom('echo $$; exec sleep 600');
    process.kill(pid, 'SIGSTOP');
    let state = await stateOf(pid);
    while (state.letter !== 'T') state = await stateOf(pid);
    expect(isAlive({ ...self, pid, started: state.started }, self, 1e12)).toBe(true);
  });

  test('one of before the last boot is gone', () => {
    expect(isAlive({ ...self, boot: 'another' }, self, 0)).toBe(false);
  });
});

describe('an owner that this process cannot see', () => {
  test.each<[string, Owner]>([
    ['on another host', { ...self, host: 'another' }],
    ['on another host that was booted otherwise', { ...self, host: 'another', boot: 'another' }],
    ['in another container', { ...self, namespace: 'pid:[1]' }],
    ['without /proc', { ...self, started: '' }],
  ])('%s is judged by its heartbeat', (_, owner) => {
    expect(isAlive(owner, self, heartbeatLimit)).toBe(true);
    expect(isAlive(owner, self, heartbeatLimit + 1)).toBe(false);
    // A clock that was set back makes nobody dead.
    expect(isAlive(owner, self, -1e12)).toBe(true);
  });
});
