import { describe, expect, test } from 'vitest';
import { permissionsOf, toGoMode, typeOfMode } from '../../../src/vault/tree/mode.ts';
import { nameFault } from '../../../src/vault/tree/node.ts';
import { parseTree } from '../../../src/vault/tree/parse.ts';
import { nodeJson, treeBytes } from '../../../src/vault/tree/write.ts';

const id = 'ab'.repeat(32);
/** As restic 0.14 wrote it. */
const written = [
  `{"name":"a","type":"file","mode":8389101,"mtime":"2026-11-20T11:27:44.122576604Z","atime":"2026-11-20T11:27:44.122576604Z","ctime":"2026-11-20T11:27:44.141167336Z","uid":0,"gid":0,"user":"root","group":"root","inode":2171976,"device_id":65024,"size":2,"links":2,"extended_attributes":[{"name":"user.empty","value":""},{"name":"user.bin","value":"AP8="}],"content":["${id}"]}`,
  `{"name":"bd","type":"dev","mode":67109284,"mtime":"2026-11-20T11:27:44.136565813Z","atime":"2026-11-20T11:27:44.136565813Z","ctime":"2026-11-20T11:27:44.136565813Z","uid":0,"gid":0,"user":"root","group":"root","inode":18446744073709551615,"device_id":65024,"links":1,"device":1793,"content":null}`,
  `{"name":"d","type":"dir","mode":2147483648,"mtime":"2026-11-20T11:27:44Z","atime":"2026-11-20T11:27:44Z","ctime":"2026-11-20T11:27:44.145253209Z","uid":12345,"gid":33,"group":"www-data","inode":2171975,"content":null,"subtree":"${id}"}`,
  `{"name":"empty","type":"file","mtime":"1960-01-01T00:00:00.123456789Z","atime":"1960-01-01T00:00:00.123456789Z","ctime":"2026-11-20T11:27:44.136565813Z","uid":0,"gid":0,"links":1,"content":[]}`,
  `{"name":"l\\\\n","type":"symlink","mode":134218239,"mtime":"2026-11-20T11:27:44.124203518Z","atime":"2026-11-20T11:27:44.124203518Z","ctime":"2026-11-20T11:27:44.124203518Z","uid":0,"gid":0,"links":1,"linktarget":"x\\u0008y\\u003cz\\u003e","content":null}`,
];

describe('nodes', () => {
  test('a tree of restic is read and written again byte for byte', () => {
    process.env['TZ'] = 'UTC';
    const bytes = treeBytes(written);
    expect(treeBytes(parseTree(bytes, id).map(nodeJson)).toString()).toBe(bytes.toString());
  });

  test('numbers beyond the exact range of floating point are kept', () => {
    expect(parseTree(treeBytes(written), id)[1]?.inode).toBe(18_446_744_073_709_551_615n);
  });

  test('link targets that are not UTF-8 are kept beside the lossy text', () => {
    const [link] = parseTree(treeBytes(written.slice(4)), id);
    const json = nodeJson({ ...(link as NonNullable<typeof link>), linkTarget: '/t\xff' });
    expect(json).toContain('"linktarget":"/t\\ufffd","linktarget_raw":"L3T/"');
    expect(parseTree(treeBytes([json]), id)[0]?.linkTarget).toBe('/t\xff');
  });

  test('fields of newer versions are passed over, unknown types are told apart', () => {
    const [node] = parseTree(Buffer.from('{"nodes":[{"name":"x","type":"irregular","generic_attributes":{}}]}'), id);
    expect(node).toMatchObject({ name: 'x', type: 'other', mtime: 0n });
  });

  test.each([
    ['no JSON', 'nodes'],
    ['no list', '{"nodes":{}}'],
    ['no object', '{"nodes":[1]}'],
    ['a name that is no text', '{"nodes":[{"name":1,"type":"file"}]}'],
    ['a name that is not quoted', '{"nodes":[{"name":"\\\\q","type":"file"}]}'],
    ['a negative size', '{"nodes":[{"name":"x","type":"file","size":-1}]}'],
    ['a fraction', '{"nodes":[{"name":"x","type":"file","mode":1.5}]}'],
    ['a huge size', '{"nodes":[{"name":"x","type":"file","size":99999999999999999999}]}'],
    ['no time', '{"nodes":[{"name":"x","type":"file","mtime":"noon"}]}'],
    ['a folder without a tree', '{"nodes":[{"name":"x","type":"dir"}]}'],
    ['a chunk that is no id', '{"nodes":[{"name":"x","type":"file","content":["../../config"]}]}'],
    ['an attribute that is no object', '{"nodes":[{"name":"x","type":"file","extended_attributes":[1]}]}'],
  ])('%s is a damaged tree', (_, text) => {
    expect(() => parseTree(Buffer.from(text), id)).toThrow(expect.objectContaining({ code: 'tree-damaged' }));
  });

  test('names that would lead elsewhere are known', () => {
    for (const name of ['', '.', '..', 'a/b', '/', 'a\0b']) expect(nameFault(name)).toBeTypeOf('string');
    for (const name of ['...', '..x', '-rf', ' ', '\n', '\xff', '~']) expect(nameFault(name)).toBeUndefined();
  });
});

test.each([
  [0o100_644, 0o644, 'file', 420],
  [0o104_755, 0o4755, 'file', 8_389_101],
  [0o041_777, 0o1777, 'dir', 2 ** 31 + 2 ** 20 + 0o777],
  [0o042_755, 0o2755, 'dir', 2 ** 31 + 2 ** 22 + 0o755],
  [0o120_777, 0o777, 'symlink', 134_218_239],
  [0o020_644, 0o644, 'chardev', 69_206_436],
  [0o060_644, 0o644, 'dev', 67_109_284],
  [0o010_644, 0o644, 'fifo', 33_554_852],
])('mode %o', (mode, permissions, type, go) => {
  expect([toGoMode(mode), typeOfMode(mode), permissionsOf(go)]).toStrictEqual([go, type, permissions]);
});
