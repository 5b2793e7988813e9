import { execFileSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sodium from 'sodium-native';

const password = 'a password';

/** A repository of restic whose snapshots have the times that a test wants; only good for `restic forget`. */
export class ResticHistory {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-forget-'));
  readonly #keys: Keys;

  constructor() {
    this.#restic(['init', '--repository-version', '2']);
    this.#keys = cheapKey(this.folder);
  }

  /** Replaces the snapshots. */
  write(times: readonly string[]): void {
    const folder = join(this.folder, 'snapshots');
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    for (const time of times) {
      const sealed = seal(this.#keys, Buffer.from(JSON.stringify({ ...snapshot, time })));
      writeFileSync(join(folder, createHash('sha256').update(sealed).digest('hex')), sealed);
    }
  }

  /**
   * What `restic forget` keeps, as instants in milliseconds. From 0.16 on it also keeps the oldest snapshot where a rule has slots left;
   * for an older restic that is added here, by the slots that it says are left.
   */
  kept(options: readonly string[], timezone: string): readonly number[] {
    const output = this.#restic(['forget', '--dry-run', '--json', '--no-lock', ...options], timezone);
    const groups = JSON.parse(output) as readonly Group[];
    return groups.flatMap(({ keep, remove, reasons }) => {
      const kept = keep.map(({ time }) => Date.parse(time));
      const oldest = Math.min(...kept, ...(remove ?? []).map(({ time }) => Date.parse(time)));
      const slotsLeft = Object.values(reasons.at(-1)?.counters ?? {}).some((left) => left > 0);
      return slotsLeft ? [...new Set([...kept, oldest])] : kept;
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #restic(options: readonly string[], timezone = 'UTC'): string {
    const env = { ...process.env, TZ: timezone, RESTIC_PASSWORD: password, RESTIC_REPOSITORY: this.folder };
    return execFileSync('restic', ['--no-cache', ...options], { env, encoding: 'utf8' });
  }
}

/** Newest first. */
interface Group {
  readonly keep: readonly Snapshot[];
  readonly remove: readonly Snapshot[] | null;
  readonly reasons: readonly { readonly counters: Readonly<Record<string, number>> }[];
}

interface Snapshot {
  readonly time: string;
}

const snapshot = { tree: '00'.repeat(32), paths: ['/data'], hostname: 'here', username: 'me' };

interface Keys {
  readonly encrypt: Buffer;
  readonly k: Buffer;
  readonly r: Buffer;
}

/** restic's own key costs half a second to open; the same master key behind the cheapest scrypt costs nothing. */
function cheapKey(repository: string): Keys {
  const folder = join(repository, 'keys');
  const file = join(folder, readdirSync(folder)[0] ?? '');
  const key = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  const master = open(passwordKeys(key), Buffer.from(key.data, 'base64'));
  const cheap = { ...key, N: 2, r: 8, p: 1 };
  const bytes = JSON.stringify({ ...cheap, data: seal(passwordKeys(cheap), master).toString('base64') });
  rmSync(file);
  writeFileSync(join(folder, createHash('sha256').update(bytes).digest('hex')), bytes);
  const { mac, encrypt } = JSON.parse(master.toString()) as { mac: { k: string; r: string }; encrypt: string };
  return { encrypt: Buffer.from(encrypt, 'base64'), k: Buffer.from(mac.k, 'base64'), r: Buffer.from(mac.r, 'base64') };
}

interface KeyFile {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly data: string;
}

function passwordKeys({ N, r, p, salt }: KeyFile): Keys {
  const bytes = scryptSync(password, Buffer.from(salt, 'base64'), 64, { N, r, p, maxmem: 1 << 30 });
  return { encrypt: bytes.subarray(0, 32), k: bytes.subarray(32, 48), r: bytes.subarray(48, 64) };
}

function seal(keys: Keys, plain: Buffer): Buffer {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', keys.encrypt, iv);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const mac = Buffer.alloc(16);
  const aes = createCipheriv('aes-128-ecb', keys.k, null).setAutoPadding(false);
  sodium.crypto_onetimeauth(mac, encrypted, Buffer.concat([keys.r, aes.update(iv)]));
  return Buffer.concat([iv, encrypted, mac]);
}

function open(keys: Keys, sealed: Buffer): Buffer {
  const cipher = createDecipheriv('aes-256-ctr', keys.encrypt, sealed.subarray(0, 16));
  return cipher.update(sealed.subarray(16, -16));
}
