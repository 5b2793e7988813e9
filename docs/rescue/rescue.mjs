// Restores a snapshot from a restic repository (format 1 or 2), as muster and restic write it, with nothing but Node 22.15
// or newer and one passphrase. It writes only into a new or empty folder, and nothing into the repository.
//   node rescue.mjs REPOSITORY                           lists the snapshots
//   node rescue.mjs REPOSITORY SNAPSHOT|latest FOLDER    restores one into FOLDER
// The passphrase is taken from RESTIC_PASSWORD, else it is the first line of standard input.
// Exit codes: 0 all is back, 1 nothing is, 3 what is missing is listed. docs/rescue/README.md describes the format.
import { createCipheriv, createDecipheriv, createHash, scryptSync, timingSafeEqual } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const [repository, wanted, folder] = process.argv.slice(2);
const faults = [];
const read = (...parts) => fs.readFileSync(path.join(repository, ...parts));
const names = (kind) => fs.readdirSync(path.join(repository, kind)).filter((name) => /^[0-9a-f]{64}$/.test(name));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const base64 = (text) => Buffer.from(text, 'base64');
const stop = (message) => (console.error(message), process.exit(1));
const littleEndian = (bytes) => BigInt(`0x${Buffer.from(Uint8Array.from(bytes).toReversed()).toString('hex')}`);

// Poly1305 (RFC 8439, section 2.5): `r` multiplies, `s` is added at the end.
function poly1305(r, s, message) {
  const factor = littleEndian(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16)
    sum = ((sum + littleEndian([...message.subarray(at, at + 16), 1])) * factor) % ((1n << 130n) - 5n);
  const tag = BigInt.asUintN(128, sum + littleEndian(s));
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').toReversed();
}

// A sealed unit: IV(16), AES-256-CTR, Poly1305-AES(16). Pieces of files are checked by the SHA-256 that their folder names,
// which is faster here and covers every byte; all else by the MAC as well.
function unseal(sealed, key, check = 'mac') {
  const [iv, text, tag] = [sealed.subarray(0, 16), sealed.subarray(16, -16), sealed.subarray(-16)];
  if (sealed.length < 32) return undefined;
  const s = createCipheriv('aes-128-ecb', key.k, null).setAutoPadding(false).update(iv);
  if (check === 'mac' && !timingSafeEqual(poly1305(key.r, s, text), tag)) return undefined;
  return createDecipheriv('aes-256-ctr', key.encrypt, iv).update(text);
}

// A key slot wraps the master key with scrypt over the passphrase: 32 bytes encrypt, 16 are the MAC's k, 16 its r.
function openSlot({ N, r, p, salt, data }, passphrase) {
  if (128 * N * r > 2 ** 30 || N * r * p > 2 ** 28) return undefined;
  const bytes = scryptSync(passphrase, base64(salt), 64, { N, r, p, maxmem: 2 ** 31 });
  const own = { encrypt: bytes.subarray(0, 32), k: bytes.subarray(32, 48), r: bytes.subarray(48) };
  const json = unseal(base64(data), own);
  const { encrypt, mac } = json ? JSON.parse(json) : {};
  return mac && { encrypt: base64(encrypt), k: base64(mac.k), r: base64(mac.r) };
}

function openRepository(passphrase) {
  for (const name of names('keys')) {
    const key = openSlot(JSON.parse(read('keys', name)), passphrase);
    if (key && unseal(read('config'), key)) return key;
  }
  return stop('The passphrase opens no key slot.');
}

// Index and snapshot files: byte 2 and zstd(JSON), or the JSON itself. Their names are the SHA-256 of their bytes.
function load(key, kind, name) {
  const bytes = read(kind, name);
  const plain = sha256(bytes) === name ? unseal(bytes, key) : undefined;
  if (!plain) return void faults.push(`${kind}/${name} is damaged`);
  return JSON.parse(plain[0] === 2 ? zlib.zstdDecompressSync(plain.subarray(1)) : plain);
}

function loadIndex(key) {
  const packs = names('index').flatMap((name) => load(key, 'index', name)?.packs ?? []);
  const places = packs.flatMap(({ id: pack, blobs }) => blobs.map((blob) => ({ ...blob, pack })));
  return Map.groupBy(places, ({ type, id }) => `${type}/${id}`);
}

function loadBlob({ key, index }, type, id) {
  for (const { pack, offset, length, uncompressed_length: size } of index.get(`${type}/${id}`) ?? [])
    try {
      const sealed = Buffer.alloc(length);
      const file = fs.openSync(path.join(repository, 'data', pack.slice(0, 2), pack), 'r');
      fs.readSync(file, sealed, 0, length, offset);
      fs.closeSync(file);
      const opened = unseal(sealed, key, type === 'tree' ? 'mac' : 'hash alone');
      const plain = size ? zlib.zstdDecompressSync(opened, { maxOutputLength: size }) : opened;
      if (sha256(plain) === id) return plain;
    } catch {} // It may lie whole in another place.
  throw new Error(`${type} ${id.slice(0, 8)} is lost`);
}

// Names are as Go's strconv.Quote writes them: a byte that is not UTF-8 is \xNN.
const escapes = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
function bytesOfName(quoted) {
  const parts = quoted.matchAll(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\(.)|[^\\]+/gsu);
  const bytes = [...parts].map(([text, byte, short, long, escape]) => {
    const point = short ?? long;
    if (point) return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16)));
    return byte ? Buffer.from(byte, 'hex') : Buffer.from(escapes[escape] ?? escape ?? text);
  });
  return Buffer.concat(bytes);
}

function attempt(what, work) {
  try {
    return (work(), true);
  } catch (error) {
    return !faults.push(`${what}: ${error.message}`);
  }
}

// Everything is made anew below the folder; a name that is there already is refused, and nothing is written through a
// link. So nothing leads out of the folder: neither a name like `..` nor a link and then a folder of the same name.
function restoreTree(source, id, parent) {
  for (const node of JSON.parse(loadBlob(source, 'tree', id)).nodes)
    attempt(`${parent}/${node.name}`, () => {
      const name = bytesOfName(node.name);
      if (/^\.{0,2}$|[/\0]/.test(name.toString('latin1'))) throw new Error('its name is not safe');
      restoreNode(source, node, Buffer.concat([parent, Buffer.from('/'), name]));
    });
}

function restoreNode(source, node, place) {
  const [mode, time] = [(node.mode ?? 0) & 0o777, new Date(node.mtime)];
  if (node.type === 'symlink')
    return fs.symlinkSync(node.linktarget_raw ? base64(node.linktarget_raw) : node.linktarget, place);
  if (node.type === 'dir') {
    fs.mkdirSync(place, 0o700);
    attempt(place, () => restoreTree(source, node.subtree, place));
  } else if (node.type === 'file') {
    fs.writeFileSync(place, '', { flag: 'wx', mode: 0o600 });
    const append = (id) => fs.appendFileSync(place, loadBlob(source, 'data', id));
    if (!attempt(place, () => (node.content ?? []).forEach(append))) return fs.unlinkSync(place);
  } else throw new Error(`a ${node.type} is not restored`);
  fs.chmodSync(place, mode);
  return fs.utimesSync(place, time, time);
}

if (!zlib.zstdDecompressSync || !repository || (wanted && !folder))
  stop('Usage, with Node 22.15 or newer: node rescue.mjs REPOSITORY [SNAPSHOT|latest FOLDER]');
const key = openRepository(process.env.RESTIC_PASSWORD ?? fs.readFileSync(0, 'utf8').split(/\r?\n/)[0]);
const snapshots = names('snapshots').map((id) => ({ ...load(key, 'snapshots', id), id }));
const known = snapshots.filter(({ tree }) => tree).sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
for (const { id, time, hostname, paths, tags = [] } of wanted ? [] : known)
  console.log(JSON.stringify([id.slice(0, 8), time, hostname, paths, tags]));
if (wanted) {
  const found = known.findLast(({ id }) => wanted === 'latest' || id.startsWith(wanted));
  if (!found) stop(`There is no snapshot ${wanted}.`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (fs.readdirSync(folder).length > 0) stop(`${folder} is not empty.`);
  attempt(folder, () => restoreTree({ key, index: loadIndex(key) }, found.tree, Buffer.from(fs.realpathSync(folder))));
  console.log(`Restored ${found.id.slice(0, 8)} of ${found.time} into ${folder}.`);
}
for (const fault of faults) console.error(`missing: ${JSON.stringify(fault)}`);
process.exitCode = faults.length > 0 ? 3 : 0;
