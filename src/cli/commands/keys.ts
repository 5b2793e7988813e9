import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { KeyChange, Muster } from '../../index.ts';
import { usageError } from '../failure.ts';
import { documentOf, isoOf } from '../json.ts';
import { withMuster } from '../open.ts';
import type { Session } from '../session.ts';
import { renderKeyChanges, renderKeys, renderMasterRotations } from '../text/keys.ts';

interface Options {
  readonly storage?: string;
}

interface RotateOptions extends Options {
  readonly oldEnv?: string;
  readonly oldFile?: string;
  readonly master?: boolean;
}

export function define(command: Command, session: Session): void {
  command.addHelpText('after', help);
  actionOf(command, 'list', 'key slots of the vaults, and which keys of the plan open them').action(
    (options: Options) => withMuster(session, (muster) => list(muster, options, session)),
  );
  actionOf(command, 'add', 'make a slot for a key of the plan in vaults that have none')
    .argument('<key>', 'name of a key of the plan')
    .action((key: string, options: Options) => change(session, (muster) => muster.addKey({ key, ...options })));
  actionOf(command, 'remove', 'remove a slot')
    .argument('<key|slot>', 'name of a key of the plan: all its slots; or the first digits of the id of one slot')
    .action((what: string, options: Options) => change(session, (muster) => muster.removeKey({ what, ...options })));
  actionOf(command, 'rotate', 'replace the slot of a key whose passphrase was changed')
    .argument('[key]', 'name of a key of the plan')
    .option('--master', 'instead: encrypt the vault anew under a new master key; the old one is kept beside it')
    .option('--old-env <name>', 'environment variable with the passphrase that it had before')
    .option('--old-file <path>', 'file with the passphrase that it had before')
    .action((key: string | undefined, options: RotateOptions) => rotate(key, options, session));
}

function actionOf(command: Command, name: string, summary: string): Command {
  return command.command(name).description(summary).option('--storage <name>', 'only in this target');
}

async function list(muster: Muster, options: Options, session: Session): Promise<void> {
  const storage = await muster.listKeys(options);
  session.exitCode = exitCodeOf(storage.map(({ error }) => error !== undefined));
  session.print(
    session.globals().json
      ? documentOf({
          storage: storage.map(({ storage: name, slots, error, ...rest }) => ({
            name,
            slots: slots.map((slot) => ({ ...slot, created: isoOf(slot.created) })),
            ...rest,
            error: error ?? null,
          })),
        })
      : renderKeys(storage, muster.plan.timezone, session.paint()),
  );
}

async function change(session: Session, work: (muster: Muster) => Promise<readonly KeyChange[]>): Promise<void> {
  const changes = await withMuster(session, work);
  session.exitCode = exitCodeOf(changes.map(({ status }) => status === 'failed'));
  session.print(
    session.globals().json
      ? documentOf({ changes: changes.map(({ error, ...rest }) => ({ ...rest, error: error ?? null })) })
      : renderKeyChanges(changes, session.paint()),
  );
}

async function rotate(key: string | undefined, options: RotateOptions, session: Session): Promise<void> {
  const { master, oldEnv, oldFile, storage } = options;
  if (master === true) {
    if ((key ?? oldEnv ?? oldFile) !== undefined)
      throw usageError('--master stands alone', 'Rotate either the master key or one key of the plan.');
    return await rotateMaster(storage, session);
  }
  if (key === undefined) throw usageError('no key is named', 'Name a key of the plan, or use --master.');
  await change(session, (muster) => muster.rotateKey({ key, old: oldSecret(options, session), storage }));
}

async function rotateMaster(storage: string | undefined, session: Session): Promise<void> {
  const onProgress = (name: string, done: number, total: number): void => {
    if (session.globals().quiet !== true) session.tell(`${name}: ${done} of ${total} snapshots copied`);
  };
  const rotated = await withMuster(session, (muster) =>
    muster.rotateMasters({ storage, signal: session.signal, onProgress }),
  );
  session.print(
    session.globals().json ? documentOf({ storage: rotated }) : renderMasterRotations(rotated, session.paint()),
  );
}

/** 3 when some targets failed, 1 when all did. */
function exitCodeOf(failed: readonly boolean[]): number {
  if (!failed.includes(true)) return 0;
  return failed.every(Boolean) ? 1 : 3;
}

function oldSecret({ oldEnv, oldFile }: RotateOptions, session: Session) {
  if (oldEnv !== undefined && oldFile === undefined) return { from: 'env', variable: oldEnv } as const;
  if (oldFile !== undefined && oldEnv === undefined)
    return { from: 'file', path: resolve(session.cwd, oldFile) } as const;
  throw usageError('where the old passphrase is was not said', 'Use either --old-env NAME or --old-file PATH.');
}

const help = `
A vault has one master key, and a slot for each passphrase that opens it. Whoever knew a passphrase that is removed may have
read the master key while it was valid.

Examples:
  muster keys list
  muster keys add escrow
  muster keys remove 3f9a12c4 --storage second
  muster keys rotate main --old-env OLD_PASSPHRASE
  muster keys rotate --master --storage primary

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 failed on some targets`;
