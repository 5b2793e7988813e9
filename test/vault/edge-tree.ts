import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { isRoot } from './place.ts';

const encode = (name: string): Buffer => Buffer.from(name, 'latin1');
const utf8 = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');

/** Names as raw bytes, one latin1 character each: what programs trip over. */
export const edgeNames: readonly string[] = [
  'a name with spaces ',
  ' leading space',
  'line\nfeed',
  'carriage\rreturn',
  'tab\tand\vothers\f\b\u0007',
  'quote"and\'and`',
  'back\\slash',
  '\\x41',
  '<html>&amp;',
  '$(reboot)',
  '-rf',
  '--',
  '..x',
  '...',
  '.hidden',
  '~',
  '*?[a-z]',
  'C:colon',
  'percent%20',
  '\u0001\u001b[31m\u007f',
  'not utf8 \xff\xfe',
  'cut off \xc3',
  'overlong \xc0\xaf',
  'surrogate \xed\xa0\x80',
  utf8('ünïcødé'),
  utf8('u\u0308 decomposed'),
  utf8('nobreak\u00a0zero\u200bline\u2028para\u2029'),
  utf8('\u{1f600} astral'),
  utf8('\ue000 private'),
  utf8('\uffff last'),
  utf8('\u{e0001} tag'),
  utf8('\u202etxt.exe'),
  'n'.repeat(255),
  utf8('é'.repeat(127)),
];

/** A tree with one of everything, below a folder that exists and is empty. */
export async function makeEdgeTree(root: string): Promise<void> {
  makeNames(root);
  makeContents(root);
  makeLinks(root);
  makeModes(root);
  makeAttributes(root);
  makeSpecials(root);
  await makeSocket(`${root}/socket`);
  makeTimes(root);
}

function makeNames(root: string): void {
  const top = Buffer.from(`${root}/`, 'utf8').toString('latin1');
  for (const folder of ['names/', 'named folders/']) mkdirSync(encode(top + folder));
  for (const name of edgeNames) {
    writeFileSync(encode(`${top}names/${name}`), name);
    mkdirSync(encode(`${top}named folders/${name}`));
    writeFileSync(encode(`${top}named folders/${name}/inside`), '');
  }
}

function makeContents(root: string): void {
  mkdirSync(`${root}/content`);
  mkdirSync(`${root}/content/empty folder`);
  writeFileSync(`${root}/content/empty`, '');
  writeFileSync(`${root}/content/one`, 'x');
  const noise = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 0xff));
  for (const length of [512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1])
    writeFileSync(`${root}/content/${length}`, noise.subarray(0, length));
  writeFileSync(`${root}/content/large`, Buffer.concat(Array.from({ length: 12 }, (_, i) => noise.subarray(i * 1000))));
  writeFileSync(`${root}/content/hole at the end`, 'x');
  truncateSync(`${root}/content/hole at the end`, 20_000_000);
  writeFileSync(`${root}/content/hole in front`, Buffer.concat([Buffer.alloc(3_000_001), noise.subarray(0, 77_777)]));
}

function makeLinks(root: string): void {
  mkdirSync(`${root}/links`);
  writeFileSync(`${root}/links/first`, 'one file with three names');
  linkSync(`${root}/links/first`, `${root}/links/second`);
  linkSync(`${root}/links/first`, `${root}/content/third`);
  for (const target of ['first', '/etc/passwd', '../..', 'nowhere', '<&>\b\f"\\', '\n', 'x'.repeat(4000)])
    symlinkSync(target, `${root}/links/to ${target.replaceAll('/', '|').slice(0, 20)}`);
  symlinkSync('links', `${root}/links/to folder`);
}

function makeModes(root: string): void {
  mkdirSync(`${root}/modes`);
  for (const mode of [0, 0o400, 0o644, 0o777, 0o1644, 0o2755, 0o4755, 0o7777]) {
    const file = `${root}/modes/file ${mode.toString(8)}`;
    writeFileSync(file, '');
    const folder = `${root}/modes/folder ${mode.toString(8)}`;
    mkdirSync(folder);
    if (isRoot) for (const path of [file, folder]) chownSync(path, 12_345, 33);
    for (const path of [file, folder]) chmodSync(path, isRoot ? mode : mode | 0o700);
  }
}

function setAttribute(name: string, value: string, path: string): void {
  execFileSync('setfattr', ['-h', '-n', name, '-v', value, path]);
}

function makeAttributes(root: string): void {
  mkdirSync(`${root}/attributes`);
  const file = `${root}/attributes/file`;
  writeFileSync(file, 'x');
  setAttribute('user.text', 'value', file);
  setAttribute('user.bytes', '0x00ff0a', file);
  setAttribute('user.ünï', 'x', file);
  setAttribute('user.long', 'y'.repeat(2000), file);
  execFileSync('setfattr', ['-n', 'user.empty', file]);
  setAttribute('user.folder', 'value', `${root}/attributes`);
  execFileSync('setfacl', ['-m', 'u:33:r,g:33:rw', file]);
  mkdirSync(`${root}/attributes/inherits`);
  execFileSync('setfacl', ['-d', '-m', 'u:33:rwx', `${root}/attributes/inherits`]);
  if (!isRoot) return;
  setAttribute('trusted.secret', 'x', file);
  setAttribute('security.capability', '0x0100000200040000000000000000000000000000', `${root}/content/one`);
}

function makeSpecials(root: string): void {
  execFileSync('mkfifo', [`${root}/fifo`]);
  if (!isRoot) return;
  execFileSync('mknod', ['-m', '640', `${root}/character device`, 'c', '1', '3']);
  execFileSync('mknod', [`${root}/block device`, 'b', '259', '70000']);
}

async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  execFileSync('ln', [path, `${path} that stays`]);
  await new Promise((resolve) => server.close(resolve));
}

/** Restic's restore counts nanoseconds in 64 bits, so its years end in 2262. */
function makeTimes(root: string): void {
  mkdirSync(`${root}/times`);
  const times = [
    '1901-12-14T00:00:00Z',
    '1960-02-29T12:00:00.999999999Z',
    '1969-12-31T23:59:59.5Z',
    '1970-01-01T00:00:00Z',
  ];
  for (const time of [...times, '2040-01-19T03:14:08.000000001Z', '2261-06-15T00:00:00.123456789Z']) {
    writeFileSync(`${root}/times/${time}`, '');
    execFileSync('touch', ['-d', time, `${root}/times/${time}`]);
    symlinkSync('x', `${root}/times/link ${time}`);
    execFileSync('touch', ['-h', '-d', time, `${root}/times/link ${time}`]);
  }
  execFileSync('touch', ['-d', '1965-05-05T05:05:05.000000005Z', `${root}/times`]);
}
