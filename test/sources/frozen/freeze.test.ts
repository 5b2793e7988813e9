import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesSource } from '../../../src/sources/files.ts';
import { folder, log, sourceAt, capture, store, commands, data, until } from './place.ts';

describe('freeze and thaw', () => {
  test('stand around the reading, in the folder of the plan', async () => {
    const captured = await capture(sourceAt(data(), commands()));
    expect(log()).toBe('freeze\n');
    await store(captured);
    expect(log()).toBe('freeze\n');
    await captured.release();
    expect(log()).toBe('freeze\nthaw\n');
  });

  test('without `frozen` nothing is frozen', async () => {
    const definition = sourceAt(data(), commands());
    const live = await filesSource.capture(definition, { scratch: folder, signal: new AbortController().signal });
    await live.release();
    expect(log()).toBe('');
  });

  test('a freeze that fails is thawed, and there is no capture', async () => {
    const failing = commands({ freeze: ['/bin/sh', '-c', 'echo freeze >> log; echo no such shop >&2; exit 3'] });
    await expect(capture(sourceAt(data(), failing))).rejects.toMatchObject({
      code: 'freeze-failed',
      message: expect.stringContaining('ended with 3: no such shop') as string,
    });
    expect(log()).toBe('freeze\nthaw\n');
  });

  test('a program that is not there is told of', async () => {
    const missing = commands({ freeze: ['no-such-program'] });
    await expect(capture(sourceAt(data(), missing))).rejects.toMatchObject({ code: 'freeze-failed' });
    expect(log()).toBe('thaw\n');
  });

  test('a freeze that is cancelled is thawed', async () => {
    const stop = new AbortController();
    const hanging = commands({ freeze: ['/bin/sh', '-c', 'echo freeze >> log; mkfifo hang; read x < hang'] });
    const captured = capture(sourceAt(data(), hanging), stop.signal);
    captured.catch(() => undefined);
    await until(() => existsSync(join(folder, 'hang')));
    stop.abort(new Error('enough'));
    await expect(captured).rejects.toThrow('enough');
    expect(log()).toBe('freeze\nthaw\n');
  });

  test('a freeze that never ends is ended after its time, and thawed', async () => {
    const hanging = commands({
      freeze: ['/bin/sh', '-c', 'echo freeze >> log; mkfifo hang; read x < hang'],
      timeout: 300,
    });
    await expect(capture(sourceAt(data(), hanging))).rejects.toMatchObject({ code: 'freeze-timeout' });
    expect(log()).toBe('freeze\nthaw\n');
  });

  test('a freeze that outlasts its time is thawed at once, and the view has ended', async () => {
    const captured = await capture(sourceAt(data(), commands({ timeout: 200 })));
    await until(() => captured.ended?.aborted === true && log() === 'freeze\nthaw\n');
    expect(captured.ended?.reason).toMatchObject({ code: 'freeze-timeout' });
    await captured.release();
    expect(log()).toBe('freeze\nthaw\n');
  });

  test('a thaw that fails is told of, with the command to run by hand', async () => {
    const captured = await capture(sourceAt(data(), commands({ thaw: ['/bin/sh', '-c', 'exit 4'] })));
    await expect(captured.release()).rejects.toMatchObject({
      code: 'thaw-failed',
      message: expect.stringContaining('THE SYSTEM MAY STILL BE FROZEN') as string,
      hint: 'Run it by hand now: /bin/sh -c exit 4',
    });
  });

  test('when both fail, the frozen system comes first', async () => {
    const both = commands({ freeze: ['/bin/sh', '-c', 'exit 3'], thaw: ['/bin/sh', '-c', 'exit 4'] });
    await expect(capture(sourceAt(data(), both))).rejects.toMatchObject({
      code: 'thaw-failed',
      message: expect.stringMatching(/STILL BE FROZEN.*ended with 4.*before that.*ended with 3/) as string,
    });
  });

  test('do not see the secrets of muster', async () => {
    process.env['MUSTER_PASSPHRASE'] = 'hunter2';
    const showing = commands({ freeze: ['/bin/sh', '-c', 'env > environment'] });
    await (await capture(sourceAt(data(), showing))).release();
    expect(readFileSync(join(folder, 'environment'), 'utf8')).not.toContain('hunter2');
    delete process.env['MUSTER_PASSPHRASE'];
  });
});
