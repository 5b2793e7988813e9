import type { Instant, Milliseconds } from '../../base/clock.ts';
import type { ParamValue } from '../model/runbook.ts';
import type { TemplateShape } from './place.ts';
import { templateVariables } from './place.ts';

/** What a message may speak of. What is left out is empty when the message is rendered. */
export interface MessageValues {
  readonly plan: { readonly name: string; readonly timezone: string };
  readonly audience: string;
  readonly incident?: MessageIncident | undefined;
  readonly run?: MessageRun | undefined;
  readonly systems?: readonly string[] | undefined;
  readonly system?: MessageSystem | undefined;
  readonly recovery?: MessageRecovery | undefined;
  readonly backup?: MessageBackup | undefined;
  readonly event?: MessageEvent | undefined;
  readonly set?: Readonly<Record<string, ParamValue>> | undefined;
}

export interface MessageIncident {
  readonly type?: string | undefined;
  readonly details?: string | undefined;
  readonly startedAt?: Instant | undefined;
}

export interface MessageRun {
  readonly id?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly status?: string | undefined;
  readonly mode?: string | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly startedAt?: Instant | undefined;
  readonly finishedAt?: Instant | undefined;
  readonly duration?: Milliseconds | undefined;
}

export interface MessageSystem {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly tier?: string | undefined;
  readonly priority?: number | undefined;
}

export interface MessageRecovery {
  readonly completed?: number | undefined;
  readonly total?: number | undefined;
  readonly percent?: number | undefined;
  readonly elapsed?: Milliseconds | undefined;
  readonly estimate?: Milliseconds | undefined;
  readonly rto?: Milliseconds | undefined;
  readonly rpo?: Milliseconds | undefined;
  readonly dataLoss?: Milliseconds | undefined;
  readonly restoredTo?: Instant | undefined;
}

export interface MessageBackup {
  readonly id?: string | undefined;
  readonly system?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly startedAt?: Instant | undefined;
  readonly finishedAt?: Instant | undefined;
  readonly files?: number | undefined;
  readonly bytesTotal?: number | undefined;
  readonly bytesRead?: number | undefined;
  readonly bytesStored?: number | undefined;
  readonly storage?: readonly string[] | undefined;
}

export interface MessageEvent {
  readonly type?: string | undefined;
  readonly at?: Instant | undefined;
  readonly step?: string | undefined;
  readonly status?: string | undefined;
  readonly detail?: string | undefined;
  readonly level?: string | undefined;
  readonly score?: number | undefined;
  readonly passed?: boolean | undefined;
  readonly error?:
    | { readonly code?: string; readonly message?: string; readonly hint?: string | undefined }
    | undefined;
}

/**
 * Every variable that messages have, empty where nothing is given, so that a message goes out with a gap rather than
 * not at all. `setNames`: names below `set` that the template speaks of.
 */
export function completeMessageValues(values: MessageValues, setNames: readonly string[]): Record<string, unknown> {
  const root: TemplateShape = { kind: 'object', fields: templateVariables({ kind: 'message', params: setNames }) };
  // A value of an object shape is an object.
  return complete(values, root) as Record<string, unknown>;
}

function complete(value: unknown, shape: TemplateShape): unknown {
  if (shape.kind === 'list') return Array.isArray(value) ? value : [];
  if (shape.kind !== 'object') return value ?? '';
  const given =
    typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map<string, unknown>();
  const fields = Object.entries(shape.fields).map(([name, field]) => [name, complete(given.get(name), field)]);
  return { ...Object.fromEntries(given), ...Object.fromEntries(fields) };
}
