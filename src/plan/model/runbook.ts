import type { Instant, Milliseconds } from '../../base/clock.ts';
import type { Position } from '../../base/diagnostic.ts';
import type { Secret } from '../../base/secret.ts';
import type { Named, Objectives, Retry } from './common.ts';

/** A Handlebars template in strict mode, parsed and checked at validation. */
export type Template = string;
/** A CEL expression, parsed and type-checked at validation. */
export type Expression = string;

export interface Probe extends Named {
  readonly question: ProbeQuestion;
  /** CEL over the answer (`stdout`, `exitCode`, `response.status`, `file.size` …); default: the question's own idea of well. */
  readonly expect: Expression | undefined;
  readonly timeout: Milliseconds;
  readonly interval: Milliseconds;
  /** So many bad answers in a row make it unhealthy. */
  readonly failures: number;
  /** So many good answers in a row make it healthy. */
  readonly successes: number;
}

export type ProbeQuestion =
  | { readonly kind: 'command'; readonly command: Command }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'file'; readonly path: string };

/** What to start. An argument array never meets a shell; `shell` is the one place where the plan asks for one. */
export interface Command {
  readonly run: { readonly argv: readonly Template[] } | { readonly shell: Template };
  /** Absolute; default: the plan's folder. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, Template | Secret>>;
}

export interface Action extends Named {
  readonly description: string | undefined;
  readonly params: ReadonlyMap<string, Param>;
  readonly steps: readonly Step[];
}

export interface Param {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly description: string | undefined;
  /** Undefined: must be given. */
  readonly default: ParamValue | undefined;
}

export type ParamValue = string | number | boolean;

export interface Runbook extends Named {
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** Kind of incident, for messages: `{{incident.type}}`. */
  readonly incident: string | undefined;
  readonly objectives: Pick<Objectives, 'rto' | 'rpo'>;
  readonly params: ReadonlyMap<string, Param>;
  readonly steps: readonly Step[];
}

export interface StepCommon {
  /** Unique in its list. */
  readonly id: string;
  readonly at: Position;
  readonly title: string | undefined;
  /** Ids of steps before it; undefined: the step above it. An empty list: at once. */
  readonly needs: readonly string[] | undefined;
  readonly when: Expression | undefined;
  readonly timeout: Milliseconds | undefined;
  readonly retry: Retry;
  /** Asked after the step; all must hold for it to succeed. */
  readonly verify: readonly Check[];
}

export type Check =
  | { readonly kind: 'run'; readonly command: Command; readonly expect: Expression | undefined }
  | { readonly kind: 'probe'; readonly probe: string };

export type Step = StepCommon &
  (
    | { readonly kind: 'run'; readonly command: Command; readonly expect: Expression | undefined }
    /** Another list of steps, with inputs. */
    | { readonly kind: 'uses'; readonly action: string; readonly with: Readonly<Record<string, Template | ParamValue>> }
    | {
        readonly kind: 'restore';
        readonly system: string;
        readonly moment: Moment;
        readonly to: RestorePlace;
        readonly paths: readonly string[];
      }
    /** Systems and what they need, in dependency order; a system's own recovery runbook runs where it has one. */
    | { readonly kind: 'recover'; readonly systems: readonly string[]; readonly moment: Moment }
    | { readonly kind: 'probe'; readonly probe: string; readonly for: Milliseconds | undefined }
    | {
        readonly kind: 'notify';
        readonly message: string;
        readonly audiences: readonly string[];
        readonly set: Readonly<Record<string, Template | ParamValue>>;
      }
    | { readonly kind: 'wait'; readonly ms: Milliseconds }
  );

/** `latest`, or the newest backup at or before an instant. `run`: the moment that the run was asked for (`--at`). */
export type Moment =
  | { readonly kind: 'run' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'at'; readonly at: Instant };

export type RestorePlace = { readonly kind: 'in-place' } | { readonly kind: 'folder'; readonly path: Template };
