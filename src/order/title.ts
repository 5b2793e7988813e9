import { formatDuration } from '../base/duration.ts';
import { dateTime } from '../base/zone.ts';
import type { PlannedCommand, StepAction } from './step.ts';

/** What a step does, for people. */
export function titleOf(action: StepAction, timezone: string): string {
  switch (action.kind) {
    case 'run':
      return `Run ${shortened(commandText(action.command))}`;
    case 'probe':
      return action.for === undefined
        ? `Probe ${action.probe}`
        : `Probe ${action.probe} for ${formatDuration(action.for)}`;
    case 'wait':
      return `Wait ${formatDuration(action.ms)}`;
    case 'notify':
      return `Tell ${action.audiences.join(', ')}: ${action.message}`;
    case 'backup':
      return `Back up ${action.execution.system} (${action.execution.type})`;
    case 'verify-storage':
      return `Verify all of ${action.storage}`;
    case 'verify':
      return `Verify the backup of ${action.backup.system} from ${dateTime(action.backup.startedAt, timezone)} on ${action.storage}`;
    case 'copy':
      return `Copy the backup of ${action.backup.system} from ${dateTime(action.backup.startedAt, timezone)} to ${action.storage}`;
    case 'move':
      return `Move the backup of ${action.backup.system} from ${dateTime(action.backup.startedAt, timezone)} from ${action.from} to ${action.to}`;
    case 'forget':
      return `Remove ${action.copies.length} ${action.copies.length === 1 ? 'backup' : 'backups'} from ${action.storage}`;
    case 'prune':
      return `Free what no backup needs on ${action.storage}`;
    case 'repair':
      return `Repair ${action.storage}`;
    case 'restore':
      break;
  }
  return restoreTitle(action, timezone);
}

function restoreTitle(action: Extract<StepAction, { readonly kind: 'restore' }>, timezone: string): string {
  const place = action.place.kind === 'in-place' ? '' : ` to ${action.place.path}`;
  return `Restore ${action.system} from its backup of ${dateTime(action.backup.startedAt, timezone)}${place}`;
}

function commandText({ run }: PlannedCommand): string {
  return ('argv' in run ? run.argv.join(' ') : run.shell).replaceAll(/\s+/g, ' ').trim();
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
