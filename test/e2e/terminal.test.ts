import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { requireProgram } from '../require.ts';
import { folderWith, muster, temporaryFolder } from './muster.ts';
import { makeShop } from './shop.ts';
import { musterOnTerminal } from './terminal.ts';

describe.runIf(requireProgram('script', ['--version']))('on a terminal', () => {
  test('progress fits the lines, and leaves nothing behind but what was done', async () => {
    const shop = await makeShop(2000);
    const evil = 'evil \u001b[31m\u001b]0;title\u0007 \u202e.html';
    await writeFile(join(shop.data, 'www', evil), 'x');
    await writeFile(join(shop.data, 'www/large'), Buffer.alloc(20_000_000, 'some text that repeats itself'));
    const backup = await musterOnTerminal(['backup', '--all'], { cwd: shop.folder });
    expect(backup.exitCode).toBe(0);
    expect(backup.lines.slice(0, 3)).toEqual([
      '✓ Back up configuration (incremental)',
      '✓ Back up orders (incremental)',
      '✓ Back up website (incremental)',
    ]);
    expect(backup.lines[3]).toMatch(/^configuration: [0-9a-f]{8} /);
    expect(backup.raw).toMatch(/Back up website \(incremental\) +[\d.]+ [KM]iB/);

    const recovery = await musterOnTerminal(['recover', 'rebuild', '--execute'], { cwd: shop.folder });
    expect(recovery.exitCode).toBe(0);
    const progress = recovery.raw.slice(0, recovery.raw.indexOf('configuration: back'));
    const drawn = stripVTControlCharacters(progress).split(/[\r\n]+/);
    expect(drawn.filter((line) => line.length > 80 && !line.includes('✓'))).toEqual([]);
    expect(recovery.lines.filter((line) => /[█░]|\d left$/.test(line))).toEqual([]);
    const files = await musterOnTerminal(['files', await newestOf(shop.folder)], { cwd: shop.folder });
    expect(files.lines.join('\n')).toContain(String.raw`evil \u001b[31m\u001b]0;title\u0007 \u202e.html`);
  });

  test('a restore in place shows what it would replace, and asks', async () => {
    const folder = await folderWith({ 'muster.yaml': small, 'data/page': 'good' });
    await muster(['backup', '--all'], { cwd: folder, env: { MUSTER_PASSPHRASE: 'open sesame' } });
    await writeFile(join(folder, 'data/page'), 'defaced');
    const restore = ['restore', 'files', '--in-place'];
    const refused = await musterOnTerminal(restore, { cwd: folder }, [['Replace what is there? [no] ', '\n']]);
    expect(refused.exitCode).toBe(1);
    expect(refused.lines.join('\n')).toContain(join(folder, 'data/page'));
    expect(await readFile(join(folder, 'data/page'), 'utf8')).toBe('defaced');
    const agreed = await musterOnTerminal(restore, { cwd: folder }, [['Replace what is there? [no] ', 'yes\n']]);
    expect(agreed.exitCode).toBe(0);
    expect(await readFile(join(folder, 'data/page'), 'utf8')).toBe('good');
    await writeFile(join(folder, 'data/page'), 'defaced');
    expect(await musterOnTerminal([...restore, '--yes'], { cwd: folder })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder, 'data/page'), 'utf8')).toBe('good');
  });

  describe('init asks', () => {
    test('and writes what was answered, whatever is in it', async () => {
      const folder = await temporaryFolder();
      const source = '/srv/we "b"/${HOME}/größe # 漢字';
      const { exitCode, lines } = await musterOnTerminal(['init', 'first'], { cwd: folder }, [
        ['Name of the plan [first] ', 'My Ünique "Shop"\n'],
        ['File or folder to protect [./data] ', `${source}\n`],
        ['Folder for the backups [./backups] ', '\n'],
      ]);
      expect({ exitCode, last: lines.at(-2) }).toEqual({ exitCode: 0, last: '  muster backup --all' });
      const { stdout } = await muster(['backup', '--all', '--dry-run', '--plan', 'first'], { cwd: folder });
      expect(stdout).toContain('Back up files');
      const text = await readFile(join(folder, 'first/muster.yaml'), 'utf8');
      expect(text).toContain('name: my-unique-shop\n');
      const failed = await muster(['backup', '--all', '--plan', 'first'], { cwd: folder });
      expect(failed.stdout).toContain(source);
    });

    test('and leaves nothing when it is given up, or the answers contradict each other', async () => {
      const cwd = await temporaryFolder();
      const ended = await musterOnTerminal(['init', 'one'], { cwd }, [['[one] ', '\u0004']]);
      expect({ exitCode: ended.exitCode, text: ended.raw }).toMatchObject({
        exitCode: 1,
        text: expect.stringContaining('no answer was given') as unknown,
      });
      expect((await musterOnTerminal(['init', 'two'], { cwd }, [['[two] ', '\u0003']])).exitCode).toBe(130);
      const inside = await musterOnTerminal(['init', 'three'], { cwd }, [
        ['[three] ', '\n'],
        ['[./data] ', '.\n'],
        ['[./backups] ', '\n'],
      ]);
      expect(inside.exitCode).toBe(2);
      expect(inside.raw).toContain('storage-inside-source');
      for (const name of ['one', 'two', 'three'])
        await expect(readFile(join(cwd, name, 'muster.yaml'))).rejects.toThrow('ENOENT');
    });
  });
});

const small = `muster: 1
name: small
keys: { main: { passphrase: { env: MUSTER_PASSPHRASE } } }
storage: { primary: { type: local, path: ./vault } }
retention: { few: { keep: { last: 3 } } }
tiers: { standard: { storage: { to: primary }, retention: few } }
systems: { files: { tier: standard, source: { type: files, paths: [./data] } } }
`;

async function newestOf(folder: string): Promise<string> {
  const { stdout } = await muster(['backups', 'website', '--json'], { cwd: folder });
  return (JSON.parse(stdout) as { backups: readonly [{ id: string }] }).backups[0].id;
}
