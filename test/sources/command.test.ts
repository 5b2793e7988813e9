import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandSource } from '../../src/plan/model/system.ts';
import { createCommandSource } from '../../src/sources/command.ts';
import type { Source } from '../../src/sources/source.ts';
import { startRoundTrip, type RoundTrip } from './round-trip.ts';

const at = { file: '/plan/muster.yaml', line: 1, column: 1 };
const resolveSecret = async () => 'hunter2-and-more';

const of = (capture: string, parts: Partial<CommandSource> = {}): CommandSource => ({
  type: 'command',
  at,
  name: 'dumps/orders.txt',
  capture: ['sh', '-c', capture],
  restore: ['sh', '-c', 'cat > restored'],
  env: {},
  minimumSize: undefined,
  trailer: undefined,
  allowEmpty: false,
  timeout: undefined,
  ...parts,
});

async function* tornFile() {
  yield Buffer.alloc(100_000, 7);
  throw new Error('damaged');
}

describe('the source command', () => {
  let trip: RoundTrip<CommandSource>;
  let source: Source<CommandSource>;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-command-'));
    source = createCommandSource({ folder, resolveSecret });
    trip = await startRoundTrip(source);
  });
  afterEach(async () => {
    await trip.end();
    await rm(folder, { recursive: true });
  });

  test('what a program writes comes back through another that reads it', async () => {
    const definition = of('seq 1 300000');
    const backup = await trip.backUp(definition);
    const restored = await trip.restore(definition, backup);
    expect(restored).toMatchObject({ files: 1, bytes: 1_988_895, recoveredTo: 'in place', missing: [], checks: [] });
    const numbers = (await readFile(join(folder, 'restored'), 'utf8')).trimEnd().split('\n');
    expect(numbers.every((number, index) => Number(number) === index + 1)).toBe(true);
    expect(numbers).toHaveLength(300_000);
  });

  test('to a folder it becomes a file, also without `restore`', async () => {
    const definition = of('echo hello', { restore: undefined });
    const backup = await trip.backUp(definition);
    const place = { kind: 'folder', path: trip.elsewhere } as const;
    const { recoveredTo } = await trip.restore(definition, backup, { place });
    expect(recoveredTo).toBe(join(trip.elsewhere, 'dumps/orders.txt'));
    expect(await readFile(recoveredTo, 'utf8')).toBe('hello\n');
    await expect(trip.restore(definition, backup)).rejects.toMatchObject({ code: 'restore-undefined' });
  });

  test.each([
    ['it ends with another code than 0', 'echo half; echo "disk gone" >&2; exit 3', {}, 'capture-failed', 'disk gone'],
    ['it is killed', 'echo half; kill -9 $$', {}, 'capture-failed', 'SIGKILL'],
    ['it writes nothing', 'true', {}, 'source-empty', 'wrote nothing'],
    ['it writes too little', 'echo half', { minimumSize: 100 }, 'capture-too-small', '5'],
    ['its trailer is missing', 'echo half', { trailer: '-- done' }, 'capture-cut-off', 'cut off'],
    ['the trailer stands in the middle', 'echo "-- done"; seq 1 9999', { trailer: '-- done' }, 'capture-cut-off', ''],
    ['it takes too long', 'echo half; sleep 60', { timeout: 200 }, 'command-timeout', 'took longer'],
    ['it is not there', '', { capture: ['no-such-program'] }, 'command-missing', 'no-such-program'],
  ])('there is no backup when %s', async (_, script, parts, ...[code, message]) => {
    const fault = await trip.backUp(of(script, parts)).catch((error: unknown) => error);
    expect(fault).toMatchObject({ name: 'MusterError', code });
    expect((fault as Error).message).toContain(message);
  });

  test('white space after the trailer does not matter, and an allowed empty stream is one', async () => {
    const spaced = await trip.backUp(of(`echo data; printf -- '-- done\\n\\n \\n'`, { trailer: '-- done' }));
    const empty = await trip.backUp(of('true', { allowEmpty: true, trailer: '-- done', minimumSize: 5 }));
    expect([spaced.faults, empty.faults]).toEqual([[], []]);
  });

  test('secrets are in the environment of the program, and muster’s own are not', async () => {
    process.env['MUSTER_PASSPHRASE_OF_TEST'] = 'not for programs';
    const definition = of('env', { env: { TOKEN: { from: 'env', variable: 'X' }, PLAIN: 'text' } });
    await trip.restore(definition, await trip.backUp(definition));
    const env = readFileSync(join(folder, 'restored'), 'utf8');
    expect(env).toContain('TOKEN=hunter2-and-more\n');
    expect(env).toContain('PLAIN=text\n');
    expect(env).not.toContain('not for programs');
    delete process.env['MUSTER_PASSPHRASE_OF_TEST'];
  });

  test('it is read no faster than it is stored', async () => {
    const capture = await source.capture(of('head -c 400000000 /dev/zero; echo end >&2'), {
      scratch: folder,
      signal: new AbortController().signal,
    });
    const [root] = capture.roots;
    if (root?.kind !== 'stream') throw new Error('no stream');
    let most = 0;
    let size = 0;
    for await (const piece of root.read()) {
      size += piece.length;
      if (size % (64 * 65_536) === 0) await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    expect(size).toBe(400_000_000);
    expect(most).toBeLessThan(150_000_000);
  });

  test('a backup that is cancelled ends all that was started', async () => {
    const cancel = new AbortController();
    const script = 'echo $$ > pid; sh -c "echo \\$\\$ > inner; echo begun; sleep 60" & sleep 60';
    const { roots } = await source.capture(of(script), { scratch: folder, signal: cancel.signal });
    const [root] = roots;
    if (root?.kind !== 'stream') throw new Error('no stream');
    const reading = (async () => {
      for await (const _ of root.read()) cancel.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
    for (const name of ['pid', 'inner']) expect(isRunning(await pidIn(name))).toBe(false);
  });

  test('who stops reading ends the program', async () => {
    const { roots } = await source.capture(of('echo $$ > pid; yes'), {
      scratch: folder,
      signal: new AbortController().signal,
    });
    const [root] = roots;
    if (root?.kind !== 'stream') throw new Error('no stream');
    for await (const _ of root.read()) break;
    expect(isRunning(await pidIn('pid'))).toBe(false);
  });

  const pidIn = async (name: string): Promise<number> => Number(await readFile(join(folder, name), 'utf8'));

  describe('a restore fails', () => {
    test('when the program does, with what it said', async () => {
      const definition = of('seq 1 300000', { restore: ['sh', '-c', 'cat > /dev/null; echo "no room" >&2; exit 4'] });
      const restoring = trip.restore(definition, await trip.backUp(definition));
      await expect(restoring).rejects.toMatchObject({
        code: 'restore-failed',
        message: expect.stringContaining('no room'),
      });
    });

    test('when the program does not read everything', async () => {
      const definition = of('seq 1 3000000', { restore: ['sh', '-c', 'head -1; exec 0<&-'] });
      const restoring = trip.restore(definition, await trip.backUp(definition));
      await expect(restoring).rejects.toMatchObject({ code: 'restore-failed' });
    });

    test('when the backup is damaged midway, and the program never sees an end', async () => {
      const definition = of('seq 1 300000', { restore: ['sh', '-c', 'cat > part && echo whole > verdict'] });
      const backup = await trip.backUp(definition);
      await expect(trip.restore(definition, backup, { read: tornFile })).rejects.toThrow('damaged');
      await expect(readFile(join(folder, 'verdict'))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('before anything is started when a pattern means nothing, or overwriting is not allowed', async () => {
      const definition = of('echo hello');
      const backup = await trip.backUp(definition);
      const nothing = trip.restore(definition, backup, { paths: ['other'] });
      await expect(nothing).rejects.toMatchObject({ code: 'nothing-matched' });
      const never = trip.restore(definition, backup, { overwrite: 'never' });
      await expect(never).rejects.toMatchObject({ code: 'would-overwrite' });
      await expect(readFile(join(folder, 'restored'))).rejects.toMatchObject({ code: 'ENOENT' });
    });
  });

  test('a check finds programs that are not there, and starts nothing', async () => {
    expect(await source.check(of('touch started'))).toEqual([]);
    expect(await source.check(of('true', { restore: ['./no-such'] }))).toMatchObject([{ code: 'command-missing' }]);
    await writeFile(join(folder, 'dump.sh'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
    const relative = of('', { capture: ['./dump.sh'] });
    expect(await source.check(relative)).toEqual([]);
    await trip.backUp(relative);
    await expect(readFile(join(folder, 'started'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
