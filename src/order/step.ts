import type { BackupRecord } from '../base/backup.ts';
import type { Milliseconds } from '../base/clock.ts';
import type { Secret } from '../base/secret.ts';
import type { Retry } from '../plan/model/common.ts';
import type { Expression, ParamValue } from '../plan/model/runbook.ts';
import type { SourceDefinition, VerifyLevel } from '../plan/model/system.ts';
import type { BackupExecution } from '../schedule/execution.ts';

/**
 * One thing that the engine will do: the value that a dry run prints and a real run executes. Templates are rendered,
 * systems ordered, backups chosen. Secrets are still references.
 */
export interface PlannedStep {
  /** A path that tells where it comes from: `restore-all/orders-db/restore`. Unique in its list. */
  readonly id: string;
  readonly title: string;
  /** Ids of steps that must have succeeded (or been skipped by their own `when`) before it. */
  readonly needs: readonly string[];
  /** Ids of steps above it in the list that must have ended before it, well or not. */
  readonly after?: readonly string[] | undefined;
  /** Among steps that are ready, the lower number goes first. */
  readonly priority: number;
  readonly action: StepAction;
  readonly when: Expression | undefined;
  /** What `params` is in its `when`: the inputs of the action it comes from. Undefined: the run's own. */
  readonly params?: Readonly<Record<string, ParamValue>> | undefined;
  readonly timeout: Milliseconds | undefined;
  readonly retry: Retry;
  readonly verify: readonly PlannedCheck[];
  readonly estimate: Estimate;
}

export interface Estimate {
  readonly ms: Milliseconds;
  /** `measured`: from an earlier run; `plan`: the user's own figure; `none`: counted as 0. */
  readonly from: 'measured' | 'plan' | 'none';
}

export type StepAction =
  | { readonly kind: 'run'; readonly command: PlannedCommand; readonly expect: Expression | undefined }
  | { readonly kind: 'probe'; readonly probe: string; readonly for: Milliseconds | undefined }
  | { readonly kind: 'wait'; readonly ms: Milliseconds }
  | {
      readonly kind: 'notify';
      readonly message: string;
      readonly audiences: readonly string[];
      readonly set: Readonly<Record<string, ParamValue>>;
    }
  | { readonly kind: 'backup'; readonly execution: BackupExecution }
  /** Brings a backup to a further storage target, from the first of `from` that can give it. */
  | {
      readonly kind: 'copy';
      readonly backup: BackupRecord;
      readonly storage: string;
      readonly from: readonly string[];
    }
  /** Removes these copies from a storage target; the bytes are freed by `prune`. */
  | {
      readonly kind: 'forget';
      readonly storage: string;
      readonly copies: readonly CopyToRemove[];
      /** Default: `keep`. `remove`: nothing of a system need be left here, because backups of it stay elsewhere. */
      readonly last?: 'keep' | 'remove' | undefined;
    }
  /** Copies, verifies there, and takes away here. */
  | { readonly kind: 'move'; readonly backup: BackupRecord; readonly from: string; readonly to: string }
  /** Frees what no snapshot in the storage target needs. */
  | { readonly kind: 'prune'; readonly storage: string }
  /** Mends a storage target, with what others have of what is lost. `foreign`: snapshots of others that may be replaced. */
  | {
      readonly kind: 'repair';
      readonly storage: string;
      readonly donors: readonly string[];
      readonly foreign: readonly string[];
    }
  /** Reads all that a storage target holds. */
  | { readonly kind: 'verify-storage'; readonly storage: string }
  | { readonly kind: 'verify'; readonly backup: BackupRecord; readonly level: VerifyLevel; readonly storage: string }
  | {
      readonly kind: 'restore';
      readonly system: string;
      readonly backup: BackupRecord;
      /** Storage targets to read from, in order of preference. */
      readonly storage: readonly string[];
      readonly place: { readonly kind: 'in-place' } | { readonly kind: 'folder'; readonly path: string };
      readonly paths: readonly string[];
      readonly overwrite: 'never' | 'always';
      /** What puts it back; undefined: the source of the system in the plan. */
      readonly source?: SourceDefinition;
    };

export interface CopyToRemove {
  /** Id in the catalog. */
  readonly backup: string;
  readonly system: string;
  /** Id in the storage target. */
  readonly snapshot: string;
}

export interface PlannedCommand {
  readonly run: { readonly argv: readonly string[] } | { readonly shell: string };
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | Secret>>;
}

export type PlannedCheck =
  | { readonly kind: 'run'; readonly command: PlannedCommand; readonly expect: Expression | undefined }
  | { readonly kind: 'probe'; readonly probe: string };
