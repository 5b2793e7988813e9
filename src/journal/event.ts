import type { BackupRecord } from '../base/backup.ts';
import type { Instant, Milliseconds } from '../base/clock.ts';

export type RunKind = 'backup' | 'restore' | 'recover' | 'verify' | 'notify' | 'maintain' | 'copy';
export type RunStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'partial'
  | 'failed'
  | 'interrupted'
  | 'cancelled';
export type StepStatus = 'succeeded' | 'partial' | 'failed' | 'skipped' | 'interrupted' | 'cancelled';

/**
 * Everything that happens, as one union. The engine emits; the journal, the terminal, notifications and metrics listen.
 * All but `progress` and `storage.retrying` are kept. Nothing in an event may hold a secret. What belongs to no run has an
 * empty `run`.
 */
export type MusterEvent = { readonly run: string; readonly at: Instant } & MusterEventBody;

export type MusterEventBody =
  | {
      readonly type: 'run.started';
      readonly kind: RunKind;
      /** Runbook, system or message that it is about; several systems joined with a comma. */
      readonly name: string;
      readonly mode: 'execute' | 'simulate';
      readonly planHash: string;
      readonly reason: string | undefined;
      /** `user@host` that asked. */
      readonly by: string;
      /** The planned steps as JSON: what a resumed run goes on with. */
      readonly steps: readonly RunStep[];
    }
  | {
      readonly type: 'run.finished';
      readonly kind: RunKind;
      readonly name: string;
      readonly status: RunStatus;
      readonly error: ErrorFacts | undefined;
    }
  /** Found by a later process: the owner died. The outcome of `steps` is unknown. */
  | {
      readonly type: 'run.interrupted';
      readonly kind: RunKind;
      readonly name: string;
      readonly steps: readonly string[];
    }
  | { readonly type: 'attempt.started'; readonly step: string; readonly attempt: number }
  | {
      readonly type: 'attempt.finished';
      readonly step: string;
      readonly attempt: number;
      readonly status: 'succeeded' | 'partial' | 'failed' | 'cancelled';
      readonly error: ErrorFacts | undefined;
      readonly output: string | undefined;
      readonly faults: readonly { readonly path: string; readonly kind: string; readonly detail: string }[];
      /** `StepFacts` of the kind of step, as JSON. */
      readonly facts: unknown;
      /** Present when the step is tried again: after so many milliseconds. */
      readonly retryIn?: Milliseconds;
    }
  | {
      readonly type: 'step.skipped';
      readonly step: string;
      readonly reason: string;
      /**
       * `when`: its own condition is false, which satisfies those that need it. `need`: a step it needs did not succeed.
       * `stopped`: the run stops at a failure elsewhere. `cancelled`: the run was cancelled before it began.
       */
      readonly because?: 'when' | 'need' | 'stopped' | 'cancelled';
    }
  | {
      readonly type: 'step.checked';
      readonly step: string;
      readonly findings: readonly { readonly severity: 'ok' | 'warning' | 'error'; readonly message: string }[];
    }
  | { readonly type: 'backup.succeeded'; readonly system: string; readonly backup: BackupRecord }
  | { readonly type: 'backup.partial'; readonly system: string; readonly backup: BackupRecord }
  | { readonly type: 'backup.failed'; readonly system: string; readonly error: ErrorFacts }
  /** A copy of a backup is gone from a storage target; without any copy the catalog does not list it any more. */
  | {
      readonly type: 'backup.removed';
      readonly system: string;
      readonly backup: string;
      readonly storage: string;
      /** Storage target that has it instead. */
      readonly movedTo?: string | undefined;
    }
  /** A backup is in a further storage target. `backup`: its id; `from`: where it was read. */
  | {
      readonly type: 'copy.succeeded';
      readonly system: string;
      readonly backup: string;
      readonly storage: string;
      readonly snapshot: string;
      readonly from: string;
      readonly bytesStored: number;
      readonly durationMs: Milliseconds;
    }
  | {
      readonly type: 'copy.failed';
      readonly system: string;
      readonly backup: string;
      readonly storage: string;
      readonly error: ErrorFacts;
    }
  /**
   * The newest backup in a target is older than the newest backup by more than the `rpo` of the system. `lagMs`: by how
   * much; undefined: the target has none. Said after runs that back up or copy. Belongs to no run.
   */
  | {
      readonly type: 'copy.lagging';
      readonly system: string;
      readonly storage: string;
      readonly lagMs: Milliseconds | undefined;
      readonly rpoMs: Milliseconds;
    }
  /**
   * A copy of a backup had lost something. `replacement`: the snapshot in its place, without what is lost; undefined:
   * nothing of it is left.
   */
  | {
      readonly type: 'backup.repaired';
      readonly system: string;
      readonly storage: string;
      readonly snapshot: string;
      readonly replacement: string | undefined;
    }
  | {
      readonly type: 'verify.finished';
      readonly system: string;
      readonly backup: string;
      readonly level: string;
      readonly score: number;
      readonly passed: boolean;
    }
  | {
      readonly type: 'restore.finished';
      readonly system: string;
      readonly backup: string;
      readonly status: 'succeeded' | 'partial';
      readonly proven: boolean;
      readonly durationMs: number;
    }
  | {
      readonly type: 'message.sent';
      readonly message: string;
      readonly audience: string;
      readonly channel: string;
      /** What it is about: `copy:NAME/STORAGE`, else `system:NAME`, else `run:KIND/NAME`. Repeats are counted by it. */
      readonly about?: string;
    }
  | {
      readonly type: 'message.failed';
      readonly message: string;
      readonly audience: string;
      readonly channel: string;
      readonly detail: string;
    }
  /** A snapshot in a storage target that the catalog did not know, or not there. */
  | {
      readonly type: 'backup.found';
      readonly system: string;
      readonly storage: string;
      readonly backup: BackupRecord;
    }
  /** A vault got a new master key. `snapshots`: what each is called now; `previous`: where the old generation is kept. */
  | {
      readonly type: 'vault.rotated';
      readonly storage: string;
      readonly previous: string;
      readonly snapshots: readonly { readonly from: string; readonly to: string }[];
    }
  /** A key of the plan has opened a vault; `purpose` is a kind of run or a command. Once for each process and vault. */
  | {
      readonly type: 'key.used';
      readonly storage: string;
      readonly key: string;
      readonly slot: string;
      readonly purpose: string;
    }
  /** `key`: the key of the plan that the slot is for, where that is known. */
  | {
      readonly type: 'key.added' | 'key.removed';
      readonly storage: string;
      readonly key: string | undefined;
      readonly slot: string;
    }
  /**
   * An event of the journal of another machine, as it lay sealed in a storage target. `catalog`: that journal; `sequence`
   * and `hash`: its place in the chain there. Counts as if it had happened here, and is never sent about again.
   */
  | {
      readonly type: 'evidence.imported';
      readonly storage: string;
      readonly catalog: string;
      readonly sequence: number;
      readonly hash: string;
      readonly event: MusterEvent;
    }
  /** A storage target in which a vault was made takes no `RESCUE.md`. Belongs to no run. */
  | { readonly type: 'rescue.refused'; readonly storage: string; readonly error: ErrorFacts }
  /** The newest events could not be sealed in a storage target; that is tried again after the next run. Belongs to no run. */
  | { readonly type: 'catalog.failed'; readonly storage: string; readonly error: ErrorFacts }
  /** Events that had been sealed in a storage target were gone from there, and are there again. Belongs to no run. */
  | { readonly type: 'catalog.repaired'; readonly storage: string; readonly events: number }
  /** `muster storage check --tamper` attempted to destroy objects of its own in a storage target. Belongs to no run. */
  | {
      readonly type: 'storage.tested';
      readonly storage: string;
      readonly verdict: 'protected' | 'recoverable' | 'unprotected' | 'unknown';
      readonly attempts: readonly { readonly kind: string; readonly outcome: string }[];
    }
  /** A listener (a notifier, a metric) threw at an event of the type `of`; the run is none the worse. */
  | { readonly type: 'listener.failed'; readonly listener: string; readonly of: string; readonly message: string }
  /** A request to a storage target failed for a reason that may pass, and is made again after `waitMs`. Not kept. */
  | {
      readonly type: 'storage.retrying';
      readonly storage: string;
      readonly attempt: number;
      readonly waitMs: Milliseconds;
      readonly error: ErrorFacts;
    }
  | {
      readonly type: 'progress';
      readonly step: string;
      readonly files: number;
      readonly bytes: number;
      readonly filesTotal: number | undefined;
      readonly bytesTotal: number | undefined;
      /** Packs that have come back from an archive, while a restore waits for them. */
      readonly archive?: { readonly ready: number; readonly total: number } | undefined;
    };

export interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

export interface RunStep {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly needs: readonly string[];
}
