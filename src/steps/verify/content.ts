import { fromBytePath, type BytePath } from '../../base/capture.ts';
import { codeOf, messageOf } from '../../base/error.ts';
import type { Clock } from '../../base/clock.ts';
import { Tally } from '../../vault/progress.ts';
import type { StoredFile, TransferProgress, Vault, VaultCheck, VerifyResult } from '../../vault/vault.ts';
import { Findings } from '../../vault/verify/findings.ts';
import { checkContent } from '../content/check-content.ts';
import type { ContentFinding } from '../content/finding.ts';
import { sqliteFormat } from '../content/sqlite.ts';

export interface ContentsRequest {
  readonly vault: Vault;
  readonly snapshot: string;
  /** Kind of source. What was captured as a database must be sound; what people keep as files may have been broken before. */
  readonly source: string;
  /** Of all files together, for the progress. */
  readonly bytes: number | undefined;
  readonly scratch: () => Promise<string>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

interface Contents {
  readonly request: ContentsRequest;
  /** By format: how many. */
  readonly sound: Map<string, number>;
  readonly faulty: Findings;
  readonly unchecked: Findings;
  unknown: number;
}

/** Reads every file whose first bytes tell a format that can be checked, as a stream out of the vault. */
export async function checkContents(request: ContentsRequest): Promise<VerifyResult> {
  const { vault, snapshot, clock, signal, onProgress, bytes } = request;
  const contents = { request, sound: new Map(), faulty: new Findings(), unchecked: new Findings(), unknown: 0 };
  const tally = new Tally({ clock, signal, onProgress });
  tally.bytesTotal = bytes;
  for await (const file of vault.contents(snapshot)) {
    await tally.breathe();
    await checkFile(contents, file);
    tally.add(file.size);
    tally.done();
  }
  tally.finish();
  return resultOf(contents);
}

async function checkFile(contents: Contents, file: StoredFile): Promise<void> {
  const path = fromBytePath(file.path);
  try {
    const recognised = await checkContent(interruptible(file, contents.request.signal), [databaseOf(contents, file)]);
    if (recognised === undefined) contents.unknown += 1;
    else note(contents, `${path} (${recognised.name})`, recognised);
  } catch (error) {
    if (!damages.has(codeOf(error) ?? '')) throw error;
    contents.faulty.add(`${path}: ${messageOf(error)}`);
  }
}

const damages: ReadonlySet<string> = new Set(['blob-missing', 'blob-damaged']);

async function* interruptible(file: StoredFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of file.read()) {
    signal.throwIfAborted();
    yield piece;
  }
}

function databaseOf({ request }: Contents, { path, size }: StoredFile): ReturnType<typeof sqliteFormat> {
  const { signal, scratch } = request;
  return sqliteFormat({ size, signal, scratch, wasInUse: () => hasLog(request, path) });
}

/** A log beside it that is not empty: without it the database is as of some earlier time, or torn. */
async function hasLog({ vault, snapshot }: ContentsRequest, path: BytePath): Promise<boolean> {
  for (const suffix of ['-wal', '-journal']) if ((await sizeOf(vault, snapshot, path + suffix)) > 0) return true;
  return false;
}

async function sizeOf(vault: Vault, snapshot: string, path: BytePath): Promise<number> {
  try {
    for await (const entry of vault.entries(snapshot, path)) return entry.type === 'file' ? entry.size : 0;
    return 0;
  } catch (error) {
    if (codeOf(error) === 'path-missing') return 0;
    throw error;
  }
}

function note(
  contents: Contents,
  what: string,
  { name, finding }: { readonly name: string; readonly finding: ContentFinding },
): void {
  if (finding.kind === 'sound') contents.sound.set(name, (contents.sound.get(name) ?? 0) + 1);
  else contents[finding.kind].add(`${what}: ${finding.detail}`);
}

function resultOf({ request, sound, faulty, unchecked, unknown }: Contents): VerifyResult {
  const checked = [...sound].map(([name, count]) => `${count} ${name}`).join(', ');
  const detail = checked === '' ? 'no file is of a format that can be checked' : `sound: ${checked}`;
  const passed = faulty.count === 0;
  const integrity = request.source !== 'files';
  const check: VaultCheck = {
    name: 'content',
    passed,
    // So little that it lowers the score, but does not fail a backup by itself where it is no integrity check.
    weight: 1,
    integrity,
    detail: passed ? detail : `${faulty.describe('files are not what their format asks for')}; ${detail}`,
  };
  const notTested = [
    ...(unknown === 0 ? [] : [`the content of ${unknown} files whose format is not known`]),
    ...(unchecked.count === 0 ? [] : [unchecked.describe('files of a known format')]),
  ];
  return { checks: [check], notTested };
}
