import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MusterError } from '../../src/base/error.ts';
import type { PlannedCommand } from '../../src/order/step.ts';
import type { ActionOf, StepContext, StepOutcome } from '../../src/steps/handler.ts';
import { runStep } from '../../src/steps/run.ts';
import { contextOf, temporaryFolder } from './context.ts';

function command(argv: readonly string[], parts: Partial<PlannedCommand> = {}): ActionOf<'run'> {
  return { kind: 'run', command: { run: { argv }, cwd: tmpdir(), env: {}, ...parts }, expect: undefined };
}

function shell(text: string, parts: Partial<PlannedCommand> = {}): ActionOf<'run'> {
  return command([], { run: { shell: text }, ...parts });
}

async function run(action: ActionOf<'run'>, context?: Partial<StepContext>): Promise<StepOutcome> {
  return await runStep.execute(action, contextOf(context));
}

async function check(action: ActionOf<'run'>): Promise<string> {
  const findings = await runStep.check(action, contextOf());
  return findings.map(({ severity, message }) => `${severity}: ${message}`).join('\n');
}

describe('a command', () => {
  test('gets its arguments as they are, without a shell', async () => {
    const { status, output } = await run(command(['printf', '%s\n', '$HOME', '; id', '*']));
    expect({ status, output }).toEqual({ status: 'succeeded', output: '$HOME\n; id\n*\n' });
  });

  test('meets a shell only where the plan asks for one', async () => {
    expect((await run(shell('echo a b | tr a-z A-Z'))).output).toBe('A B\n');
  });

  test('runs in the folder that the plan names', async () => {
    const folder = temporaryFolder();
    expect((await run(command(['pwd', '-P'], { cwd: folder }))).output).toBe(`${folder}\n`);
  });

  test('gets a small environment, what the plan sets, and where it stands in the run', async () => {
    process.env['UNRELATED_TOKEN'] = 'not for commands';
    const env = { MODE: 'fast', TOKEN: { from: 'env', variable: 'SECRET' } } as const;
    const { output } = await run(command(['env'], { env }));
    delete process.env['UNRELATED_TOKEN'];
    const lines = (output ?? '').trim().split('\n');
    expect(lines).toContain('MODE=fast');
    expect(lines).toContain('TOKEN=hunter2');
    expect(lines).toContain('MUSTER_RUN=20261120T101500Z-7f3a9c');
    expect(lines).toContain('MUSTER_STEP=rebuild/start');
    expect(lines).toContain('MUSTER_ATTEMPT=2');
    expect(lines.some((line) => line.startsWith('PATH='))).toBe(true);
    expect(output).not.toContain('UNRELATED_TOKEN');
  });

  test('reads nothing from the terminal', async () => {
    expect((await run(command(['cat']))).status).toBe('succeeded');
  });

  test('is looked up on the PATH that the plan sets', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'own-program'), '#!/bin/sh\necho mine\n');
    chmodSync(join(folder, 'own-program'), 0o755);
    expect((await run(command(['own-program'], { env: { PATH: folder } }))).output).toBe('mine\n');
    expect((await run(command(['./own-program'], { cwd: folder }))).output).toBe('mine\n');
  });
});

describe('how it ended', () => {
  test('an exit code other than 0 is a failure that tells the last line of its errors', async () => {
    const { status, error, output, facts } = await run(shell('echo working; echo no such host >&2; exit 7'));
    expect({ status, facts }).toEqual({ status: 'failed', facts: { kind: 'run', exitCode: 7 } });
    expect(error).toMatchObject({ code: 'command-failed', retryable: true });
    expect(error?.message).toBe('/bin/sh ended with exit code 7: no such host');
    expect(output).toBe('working\nno such host\n');
  });

  test.each([
    ['stdout == "0"', 'echo 0', 'succeeded', undefined],
    ['stdout == "1"', 'echo 0', 'failed', 'expectation-failed'],
    ['stdout == "0"', 'echo 0; exit 1', 'failed', 'command-failed'],
    ['exitCode == 1 && stderr.contains("none")', 'echo none >&2; exit 1', 'succeeded', undefined],
    ['exitCode < 2', 'exit 2', 'failed', 'expectation-failed'],
    ['stdout[3] == "x"', 'echo 0', 'failed', 'expression-failed'],
  ])('with expect: %s and %s it has %s', async (expect_, text, status, code) => {
    const outcome = await run({ ...shell(text), expect: expect_ });
    expect(outcome.status).toBe(status);
    expect(outcome.error?.code).toBe(code);
  });

  test('by a signal', async () => {
    expect((await run({ ...shell('kill -9 $$'), expect: 'exitCode != 0' })).error).toMatchObject({
      code: 'command-killed',
      message: '/bin/sh was ended by SIGKILL',
    });
  });

  test('never begun: no such program, no right, no folder, no secret', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'text'), 'no program');
    const missing = { TOKEN: { from: 'env', variable: 'NOT_SET' } } as const;
    const codes = [
      await run(command(['no-such-program'])),
      await run(command(['./no-such-program'])),
      await run(command([join(folder, 'text')])),
      await run(command(['true'], { cwd: join(folder, 'none') })),
      await run(command(['true'], { env: missing })),
    ].map(({ status, error }) => `${status} ${error?.code}`);
    expect(codes).toEqual([
      'failed command-missing',
      'failed command-missing',
      'failed command-not-executable',
      'failed folder-missing',
      'failed secret-unavailable',
    ]);
  });
});

describe('a command that is to stop', () => {
  /** Starts a child that ignores SIGTERM, writes both ids, and waits. */
  const family = `(trap '' TERM; echo "$$ $(exec sh -c 'echo $PPID')" > ids; while :; do sleep 1; done) & echo begun; wait`;

  test('is ended with all its descendants, and what it printed is kept', async () => {
    const folder = temporaryFolder();
    const stop = new AbortController();
    const written = fileWritten(folder, 'ids');
    const running = run(shell(family, { cwd: folder }), { signal: stop.signal });
    await written;
    const [parent = 0, grandchild = 0] = readFileSync(join(folder, 'ids'), 'utf8').trim().split(' ').map(Number);
    expect(isAlive(grandchild)).toBe(true);
    stop.abort(new MusterError('not done after 1m', { code: 'timeout' }));
    const { status, error, output } = await running;
    expect({ status, output, code: error?.code }).toEqual({ status: 'failed', output: 'begun\n', code: 'timeout' });
    expect([isAlive(parent), isAlive(grandchild)]).toEqual([false, false]);
  });

  test('is not begun when it was told so before', async () => {
    const folder = temporaryFolder();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(run(command(['touch', 'made'], { cwd: folder }), { signal })).rejects.toThrow('enough');
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });
});

describe('a check before it', () => {
  test('finds the program and starts nothing', async () => {
    const folder = temporaryFolder();
    const sh = execFileSync('sh', ['-c', 'command -v touch'], { encoding: 'utf8' }).trim();
    expect(await check(command(['touch', 'made'], { cwd: folder }))).toBe(`ok: would start ${sh}`);
    expect(await check(shell('touch made', { cwd: folder }))).toContain('the programs in it are not checked');
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  test('says what is missing', async () => {
    expect(await check(command(['no-such-program']))).toContain('error: the command no-such-program is not there');
    const env = { TOKEN: { from: 'env', variable: 'NOT_SET' } } as const;
    expect(await check(command(['true'], { env }))).toContain('NOT_SET is not set');
  });
});

/** Resolves when a file in the folder has content. */
async function fileWritten(folder: string, name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(folder, () => {
    if (existsSync(join(folder, name)) && readFileSync(join(folder, name), 'utf8').endsWith('\n')) resolve();
  });
  await promise;
  watcher.close();
}

function isAlive(pid: number): boolean {
  try {
    // A process that has ended and that nobody has waited for yet is not alive.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
