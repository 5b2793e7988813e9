import type { Command } from 'commander';
import type { Session } from './session.ts';

export interface CommandModule {
  /** Adds arguments, options, examples and the action. */
  define(command: Command, session: Session): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every command, in the order of the help. */
export const commandList: readonly CommandEntry[] = [
  entry('demo', 'survive a small disaster in a temporary folder', () => import('./commands/demo.ts')),
  entry('init', 'write a first plan that validates', () => import('./commands/init.ts')),
  entry('validate', 'check plans; every finding with its place', () => import('./commands/validate.ts')),
  entry('preview', 'what would run, what retention decides, objectives', () => import('./commands/preview.ts')),
  entry('schedule', 'the times of backups and copies in a window', () => import('./commands/schedule.ts')),
  entry('graph', 'recovery order and critical path', () => import('./commands/graph.ts')),
  entry('backup', 'back up systems now', () => import('./commands/backup.ts')),
  entry('backups', 'list backups', () => import('./commands/backups.ts')),
  entry('show', 'one backup in full', () => import('./commands/show.ts')),
  entry('files', 'the files in a backup', () => import('./commands/files.ts')),
  entry('snapshots', 'every snapshot in a storage target, whoever made it', () => import('./commands/snapshots.ts')),
  entry('copy', 'bring the copies of backups up to date', () => import('./commands/copy.ts')),
  entry('move', 'move backups to other storage targets as they age', () => import('./commands/move.ts')),
  entry('verify', 'check backups in their vault', () => import('./commands/verify.ts')),
  entry('compare', 'what differs between two backups', () => import('./commands/compare.ts')),
  entry('prune', 'remove what retention decides, and free its bytes', () => import('./commands/prune.ts')),
  entry('repair', 'find what is damaged in a storage target, and mend it', () => import('./commands/repair.ts')),
  entry('restore', 'bring back files or a system', () => import('./commands/restore.ts')),
  entry('recover', 'simulate or execute a recovery runbook', () => import('./commands/recover.ts')),
  entry('runs', 'what ran, and how it ended', () => import('./commands/runs.ts')),
  entry('keys', 'who can open the vaults: list, add, remove, rotate', () => import('./commands/keys.ts')),
  entry('catalog', 'rebuild the catalog from a storage target alone', () => import('./commands/catalog.ts')),
  entry('storage', 'try a storage target out, and what a thief could do there', () => import('./commands/storage.ts')),
  entry('status', 'health of systems and storage', () => import('./commands/status.ts')),
  entry('notify', 'render and send a message of the plan', () => import('./commands/notify.ts')),
];

function entry(name: string, summary: string, load: CommandEntry['load']): CommandEntry {
  return { name, summary, load };
}
