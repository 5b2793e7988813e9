import type { BackupRecord } from '../../base/backup.ts';
import type { Instant, Milliseconds } from '../../base/clock.ts';
import type { MusterEvent } from '../../journal/event.ts';
import type { RunRecord } from '../../journal/journal.ts';

/** A system whose data was written back. */
export interface RestoredSystem {
  readonly name: string;
  /** Id of the backup it came from. */
  readonly backup: string;
  /** When reading for that backup began; undefined when the backup is not known here. */
  readonly backupStartedAt: Instant | undefined;
  readonly restoredAt: Instant;
  readonly durationMs: Milliseconds;
  readonly status: 'succeeded' | 'partial';
  readonly files: number | undefined;
  readonly bytes: number | undefined;
  readonly recoveredTo: string | undefined;
  /** The source's own checks ran on the restored data and passed. */
  readonly proven: boolean;
  readonly checks: readonly RestoreCheck[];
}

export interface RestoreCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** One entry a system, the last restore of each, in the order in which they were done. */
export function restoredSystems(
  run: RunRecord,
  backupOf: (id: string) => BackupRecord | undefined,
): readonly RestoredSystem[] {
  const systems = new Map<string, RestoredSystem>();
  for (const event of run.events) {
    if (event.type !== 'restore.finished') continue;
    const { system: name, backup, status, proven, durationMs, at } = event;
    const facts = factsOf(run.events, name, backup);
    systems.delete(name);
    systems.set(name, {
      name,
      backup,
      backupStartedAt: backupOf(backup)?.startedAt,
      restoredAt: at,
      durationMs,
      status,
      files: facts?.files,
      bytes: facts?.bytes,
      recoveredTo: facts?.recoveredTo,
      proven,
      checks: facts?.checks ?? [],
    });
  }
  return [...systems.values()];
}

interface RestoreFacts {
  readonly kind: 'restore';
  readonly system: string;
  readonly backup: string;
  readonly files: number;
  readonly bytes: number;
  readonly recoveredTo: string;
  readonly checks: readonly RestoreCheck[];
}

function factsOf(events: readonly MusterEvent[], system: string, backup: string): RestoreFacts | undefined {
  const facts = events.flatMap((event) =>
    event.type === 'attempt.finished' && isRestore(event.facts) ? [event.facts] : [],
  );
  return facts.findLast((one) => one.system === system && one.backup === backup);
}

/** The journal keeps facts as JSON that the handler of the kind wrote. */
function isRestore(facts: unknown): facts is RestoreFacts {
  return (
    typeof facts === 'object' && facts !== null && 'kind' in facts && facts.kind === 'restore' && 'checks' in facts
  );
}
