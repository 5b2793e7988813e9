import { systemClock } from '../../../src/base/clock.ts';
import { codeOf } from '../../../src/base/error.ts';
import { openLocalStore } from '../../../src/storage/local.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { openVault } from '../../../src/vault/open-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { treeRoots } from '../../vault/roots.ts';
import { atStep } from '../steps.ts';

/*
 * One operation on the vault in a folder, by a process that sends itself a signal before the given step that changes
 * the store. Prints the result, or the code of the error and exits with 1.
 */

export interface CutOff {
  readonly what: 'backup' | 'prune' | 'copy';
  readonly folder: string;
  readonly passphrase: string;
  /** Its number, counted from 1, or a part of its name. */
  readonly step: number | string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** How far the clock of the process is behind, in milliseconds. */
  readonly behind?: number;
  readonly source?: string;
  readonly parent?: string | undefined;
  /** Copies are made from here, and cut off there. */
  readonly snapshot?: string;
  readonly from?: { readonly folder: string; readonly passphrase: string };
}

const order = JSON.parse(process.argv[2] ?? '') as CutOff;

try {
  const store = atStep(openLocalStore(order), order.step, () => process.kill(process.pid, order.signal));
  const vault = await open(store, order.passphrase);
  const result = await carryOut(vault);
  await vault.close();
  console.log(JSON.stringify({ result }));
} catch (error) {
  console.log(JSON.stringify({ code: codeOf(error), message: String(error) }));
  process.exitCode = 1;
}

async function open(store: ObjectStore, passphrase: string): Promise<Vault> {
  const { behind = 0 } = order;
  return await openVault({ store, passphrase, clock: { ...systemClock, now: () => Date.now() - behind } });
}

async function carryOut(vault: Vault): Promise<unknown> {
  const { what, source = '', parent, snapshot = '', from } = order;
  if (what === 'prune') return await vault.prune({ mode: 'apply', maxUnused: 0 });
  if (what === 'backup') return await vault.backup({ ...treeRoots(source), parent, time: Date.now(), tags: [] });
  if (from === undefined) throw new TypeError('a copy comes from somewhere');
  return await (await open(openLocalStore(from), from.passphrase)).copyTo(vault, snapshot);
}
