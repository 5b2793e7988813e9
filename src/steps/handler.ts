import type { BackupRecord, BackupType } from '../base/backup.ts';
import type { Clock, Instant, Milliseconds } from '../base/clock.ts';
import type { Delivery, MessageRequest, SendMessage } from '../base/delivery.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { StepAction } from '../order/step.ts';
import type { Plan } from '../plan/model/plan.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { LockedPacks, RepairReport } from '../vault/maintain/requests.ts';
import type { TransferProgress, Vault } from '../vault/vault.ts';

/** One kind of step. The registry is a mapped type over the kinds: a kind without a handler does not compile. */
export interface StepHandler<K extends StepAction['kind']> {
  /** True when executing it changes nothing in the world. */
  readonly readOnly: boolean;
  /** Read-only: what can be said before it is executed. Used by simulations. */
  check(action: ActionOf<K>, context: StepContext): Promise<readonly StepFinding[]>;
  /** Expected failures are outcomes; anything thrown is turned into one by the engine. */
  execute(action: ActionOf<K>, context: StepContext): Promise<StepOutcome>;
}

/** The handler of each kind. */
export type StepHandlers = { readonly [K in StepAction['kind']]: StepHandler<K> };

export type ActionOf<K extends StepAction['kind']> = Extract<StepAction, { readonly kind: K }>;

/** What steps may use of the world; made by the composition root. */
export interface StepContext {
  readonly plan: Plan;
  readonly run: string;
  readonly step: string;
  /** Counts from 1; the key of the attempt, unique for all time, is `run/step/attempt`. */
  readonly attempt: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly resolveSecret: ResolveSecret;
  /**
   * Opened once per run; creates the vault when its target is empty and `create` is set: with the master key of the target
   * `like`, so that packs are copied between them as they are. Closed by the engine's owner.
   */
  readonly vault: (
    storage: string,
    options?: {
      readonly create?: boolean;
      readonly like?: string | undefined;
      readonly damagedIndex?: 'pass-over';
    },
  ) => Promise<Vault>;
  /** The object store of a storage target: for what goes below its vault. */
  readonly store: (storage: string) => Promise<ObjectStore>;
  /** Newest backup of a system: of a type, and held by a target, where those are given. */
  readonly newestBackup: (
    system: string,
    filter?: { readonly type?: BackupType; readonly storage?: string },
  ) => BackupRecord | undefined;
  /** A backup as the catalog has it now, by its full id. Undefined: it has none, or there is no catalog. */
  readonly backup?: ((id: string) => BackupRecord | undefined) | undefined;
  /** Takes a name for this run alone, until it is released. Throws `run-locked`. Undefined: there are no other runs. */
  readonly claim?: ((name: string) => { release(): void }) | undefined;
  /** A folder of this run's own, removed afterwards. */
  readonly scratch: () => Promise<string>;
  /** Undefined: every sample begins anew. */
  readonly soundPacks?: SoundPacks | undefined;
  readonly send: SendMessage;
  /** Renders a message without sending it, for simulations; throws a `MusterError` when it cannot be rendered. */
  readonly renderMessage?: (
    request: MessageRequest,
  ) => Promise<readonly { readonly audience: string; readonly subject: string }[]>;
  readonly onProgress: (progress: TransferProgress) => void;
}

export interface StepFinding {
  readonly severity: 'ok' | 'warning' | 'error';
  readonly message: string;
}

/** The same fields whether it worked or not. */
export interface StepOutcome {
  /** `partial`: done, but something is missing, listed in `faults`. */
  readonly status: 'succeeded' | 'partial' | 'failed';
  readonly error: StepError | undefined;
  /** What a command printed: bounded, secrets replaced. */
  readonly output: string | undefined;
  readonly faults: readonly { readonly path: string; readonly kind: string; readonly detail: string }[];
  readonly facts: StepFacts;
}

export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
}

/** What the kind of step has to tell; a union by the kind, kept in the journal as evidence. */
export type StepFacts =
  | { readonly kind: 'run'; readonly exitCode: number | undefined }
  | { readonly kind: 'probe'; readonly healthy: boolean; readonly answers: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'notify'; readonly deliveries: readonly Delivery[] }
  | {
      readonly kind: 'backup';
      /** Undefined: there is none that may be trusted. */
      readonly backup: BackupRecord | undefined;
      /** Of the snapshot in the first target, where the execution asks for it. */
      readonly verification?: Verification | undefined;
    }
  | {
      readonly kind: 'copy';
      readonly storage: string;
      /** Undefined: there is none. */
      readonly copy: MadeCopy | undefined;
    }
  | {
      readonly kind: 'forget';
      readonly storage: string;
      /** Copies that are not there any more. */
      readonly removed: readonly { readonly backup: string; readonly system: string }[];
      /** Copies that stay, because they can't be removed before that. */
      readonly locked?: readonly { readonly backup: string; readonly until: Instant }[] | undefined;
    }
  | {
      readonly kind: 'move';
      readonly from: string;
      readonly to: string;
      /** Undefined: it was there already, or could not be made. */
      readonly copy: MadeCopy | undefined;
      readonly removed: boolean;
    }
  | {
      readonly kind: 'prune';
      readonly storage: string;
      readonly bytesFreed: number;
      /** What nothing needs any more, and can't be removed yet. */
      readonly locked?: LockedPacks | undefined;
    }
  | { readonly kind: 'repair'; readonly storage: string; readonly report: RepairReport | undefined }
  | ({ readonly kind: 'verify-storage'; readonly storage: string } & Verification)
  | ({ readonly kind: 'verify' } & Verification)
  | {
      readonly kind: 'restore';
      readonly system: string;
      readonly backup: string;
      readonly files: number;
      readonly bytes: number;
      readonly recoveredTo: string;
      /** True only when the source's own checks ran on the restored data and passed. */
      readonly proven: boolean;
      readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
    };

/** A copy that a step made. */
export interface MadeCopy {
  /** Id of the snapshot in the target. */
  readonly snapshot: string;
  /** The target that it was read from. */
  readonly from: string;
  readonly bytesStored: number;
}

/** What a verification found; it passes at a score of 0.95 when no integrity check failed. */
export interface Verification {
  /** Passed weight by total weight, 0 to 1. */
  readonly score: number;
  readonly passed: boolean;
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  /** What nobody may conclude from it, in words. */
  readonly notTested?: readonly string[] | undefined;
  /** The restore into isolation that a forensic verification makes; undefined where none was made. */
  readonly restored?: { readonly proven: boolean; readonly durationMs: Milliseconds } | undefined;
}

/** When packs were last found sound, kept from one verification to the next. */
export interface SoundPacks {
  of(storage: string): ReadonlyMap<string, Instant>;
  note(storage: string, packs: Iterable<string>, at: Instant): void;
  keep(storage: string, isThere: (pack: string) => boolean): void;
}
