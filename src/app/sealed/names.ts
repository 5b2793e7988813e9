/*
 * What a sealed catalog consists of, by names. Each journal has a folder of its own, named by its id, so that machines that
 * share a storage target never replace what another wrote:
 *
 *     catalog/ID/log-FROM-TO-HASH     events FROM to TO of the journal; HASH: that of the last one
 *     catalog/ID/plan-SEQUENCE-HASH   the plan that was in use when the journal had come to SEQUENCE
 *
 * A name says what its object holds, so none is ever written twice with another content.
 */

export const catalogPrefix = 'catalog/';

export interface LogName {
  readonly kind: 'log';
  readonly name: string;
  readonly catalog: string;
  readonly from: number;
  readonly to: number;
  /** The first 16 digits. */
  readonly hash: string;
}

export interface PlanName {
  readonly kind: 'plan';
  readonly name: string;
  readonly catalog: string;
  readonly sequence: number;
  /** The first 16 digits. */
  readonly hash: string;
}

const digitsOfHash = 16;

export function logName({ catalog, from, to, hash }: Omit<LogName, 'kind' | 'name'>): string {
  return `${catalogPrefix}${catalog}/log-${padded(from)}-${padded(to)}-${shortHash(hash)}`;
}

export function planName({ catalog, sequence, hash }: Omit<PlanName, 'kind' | 'name'>): string {
  return `${catalogPrefix}${catalog}/plan-${padded(sequence)}-${shortHash(hash)}`;
}

export function shortHash(hash: string): string {
  return hash.slice(0, digitsOfHash);
}

/** Undefined for what is of a later release, or of somebody else. */
export function parseName(name: string): LogName | PlanName | undefined {
  const [, catalog = '', rest = ''] = /^catalog\/([0-9a-f]{16})\/(.+)$/.exec(name) ?? [];
  const log = /^log-(\d{12})-(\d{12})-([0-9a-f]{16})$/.exec(rest);
  if (log) {
    const [from, to] = [Number(log[1]), Number(log[2])];
    return from < 1 || to < from ? undefined : { kind: 'log', name, catalog, from, to, hash: log[3] ?? '' };
  }
  const plan = /^plan-(\d{12})-([0-9a-f]{16})$/.exec(rest);
  return plan ? { kind: 'plan', name, catalog, sequence: Number(plan[1]), hash: plan[2] ?? '' } : undefined;
}

/** Names sort as the numbers in them do. */
function padded(sequence: number): string {
  return String(sequence).padStart(12, '0');
}
