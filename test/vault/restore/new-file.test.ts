import { linkSync, readdirSync, readFileSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFolder } from '../../../src/vault/open-folder.ts';
import { posixCalls } from '../../../src/vault/posix.ts';
import type { PosixState } from '../../../src/vault/posix.ts';
import { openNewFile } from '../../../src/vault/restore/new-file.ts';
import { folderWith, temporaryFolder } from '../place.ts';

const without: PosixState = { available: false, reason: 'not here' };

describe.each([
  ['without a name', posixCalls(), 0],
  ['under the name of something unfinished', without, 1],
])('a new file %s', (_, calls, names) => {
  test('is not there until it is published, and then it is whole', () => {
    const place = temporaryFolder();
    using folder = disposable(openFolder(place, 'refuse'));
    const file = openNewFile(calls, folder.self);
    writeSync(file.fd, 'whole');
    expect(readdirSync(place).filter((name) => /^\.muster-.*\.part$/.test(name)).length).toBe(names);
    expect(readdirSync(place).length).toBe(names);
    file.publish(folder.child('a'));
    file.close();
    expect([readdirSync(place), readFileSync(join(place, 'a'), 'utf8')]).toStrictEqual([['a'], 'whole']);
  });

  test('that is not published leaves nothing', () => {
    const place = temporaryFolder();
    using folder = disposable(openFolder(place, 'refuse'));
    const file = openNewFile(calls, folder.self);
    writeSync(file.fd, 'half');
    file.close();
    expect(readdirSync(place)).toStrictEqual([]);
  });

  test('takes no place in which something stands, be it a link to nowhere', () => {
    const place = folderWith({ a: 'kept' });
    symlinkSync('nowhere', join(place, 'b'));
    linkSync(join(place, 'a'), join(place, 'c'));
    using folder = disposable(openFolder(place, 'refuse'));
    for (const name of ['a', 'b', 'c']) {
      const file = openNewFile(calls, folder.self);
      expect(() => file.publish(folder.child(name))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
      file.close();
    }
    expect([readdirSync(place), readFileSync(join(place, 'a'), 'utf8')]).toStrictEqual([['a', 'b', 'c'], 'kept']);
  });
});

function disposable<T extends { close(): void }>(value: T): T & Disposable {
  return Object.assign(value, { [Symbol.dispose]: () => value.close() });
}
