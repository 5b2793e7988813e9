import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { initFrom, loadPlan, MusterError, placeOfFolder, placeOfPlan, type Place } from '../../index.ts';
import { usageError } from '../failure.ts';
import { documentOf } from '../json.ts';
import { planOf } from '../open.ts';
import type { Session } from '../session.ts';
import { isWholeBeginning, beginningJson, renderBeginning } from '../text/beginning.ts';

export interface FromOptions {
  readonly from: string;
  readonly passphraseEnv?: string;
  readonly passphraseFile?: string;
  readonly catalog?: string;
}

/** Writes the plan that lies sealed in a storage target into a folder, and brings its catalog back. */
export async function initFromPlace(folder: string, options: FromOptions, session: Session): Promise<void> {
  const place = await placeOf(options, session);
  const given = session.globals().state ?? session.env['MUSTER_STATE'];
  const state = given === undefined ? undefined : resolve(session.cwd, given);
  const outcome = await initFrom({ place, folder, state, catalog: options.catalog, env: session.env });
  session.exitCode = isWholeBeginning(outcome) ? 0 : 3;
  session.print(session.globals().json ? documentOf(beginningJson(outcome)) : renderBeginning(outcome, state));
}

async function placeOf(options: FromOptions, session: Session): Promise<Place> {
  const { from, passphraseEnv, passphraseFile } = options;
  const path = resolve(session.cwd, from);
  if (isFolder(path, from)) return placeOfFolder(path, passphraseOf(options, session));
  if ((passphraseEnv ?? passphraseFile) !== undefined)
    throw usageError('the passphrase is named twice', `Name it under keys in ${from} only.`);
  return placeOfPlan(planOf(await loadPlan(path, { env: session.env })));
}

function passphraseOf({ passphraseEnv, passphraseFile }: FromOptions, session: Session) {
  if (passphraseEnv !== undefined && passphraseFile !== undefined)
    throw usageError('the passphrase is named twice', 'Use either --passphrase-env or --passphrase-file.');
  if (passphraseFile !== undefined) return { from: 'file', path: resolve(session.cwd, passphraseFile) } as const;
  return { from: 'env', variable: passphraseEnv ?? 'MUSTER_PASSPHRASE' } as const;
}

function isFolder(path: string, given: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts) return facts.isDirectory();
  throw new MusterError(`there is nothing at ${given}`, {
    code: 'place-missing',
    hint: /^\w+:/.test(given)
      ? 'Write the storage target and a key into a plan file, and name that file.'
      : 'Name the folder of a vault, or a plan file with one storage target.',
  });
}
