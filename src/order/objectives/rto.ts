import type { Milliseconds } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import type { System } from '../../plan/model/system.ts';
import { recoveryEstimate } from '../estimate.ts';
import type { Estimate } from '../step.ts';
import { verdictOn, type Judgement } from './verdict.ts';

export interface RtoJudgement extends Judgement {
  readonly target: Milliseconds | undefined;
  /** From the start of the recovery until this system is back. Undefined when a part of it is not known. */
  readonly estimate: Milliseconds | undefined;
  /** What the estimate rests on. */
  readonly basis: 'measured' | 'plan' | 'mixed' | 'none';
}

/** When one system is back, if everything it needs is recovered first and as much as possible at once. */
export interface Arrival {
  readonly system: System;
  readonly own: Estimate;
  readonly ms: Milliseconds;
  /** The need that is back last. */
  readonly after: Arrival | undefined;
  /** The first few systems among it and its needs whose time nobody knows: they count as 0 in `ms`. */
  readonly unknown: readonly string[];
  /** What the chain that decides `ms` rests on. */
  readonly basis: RtoJudgement['basis'];
}

/** How many systems a reason names at most. */
const shown = 5;

/** Takes systems in an order in which needs come first. */
export function arrivals(
  systems: Iterable<System>,
  measured: (system: string) => Milliseconds | undefined,
): ReadonlyMap<string, Arrival> {
  const all = new Map<string, Arrival>();
  for (const system of systems) {
    const needs = system.needs.flatMap((need) => all.get(need) ?? []);
    const after = needs.reduce<Arrival | undefined>(
      (latest, need) => (latest && latest.ms >= need.ms ? latest : need),
      undefined,
    );
    const own = recoveryEstimate(system, measured(system.name));
    const unknown = new Set([...(own.from === 'none' ? [system.name] : []), ...needs.flatMap((need) => need.unknown)]);
    const ms = (after?.ms ?? 0) + own.ms;
    all.set(system.name, { system, own, after, ms, unknown: [...unknown].slice(0, shown), basis: basisOf(own, after) });
  }
  return all;
}

export function judgeRto(arrival: Arrival): RtoJudgement {
  const { basis } = arrival;
  const target = arrival.system.objectives.rto;
  const reasons = [pathReason(arrival)];
  if (arrival.unknown.length > 0) {
    const tooLong = target !== undefined && arrival.ms > target;
    return {
      target,
      estimate: undefined,
      basis,
      verdict: tooLong ? 'violated' : 'unknown',
      reasons: [...reasons, missingReason(arrival)],
    };
  }
  if (basis !== 'measured')
    reasons.push('not all of it was measured: a restore of each system would replace its estimate');
  if (target === undefined)
    return { target, estimate: arrival.ms, basis, verdict: 'unknown', reasons: ['it has no rto', ...reasons] };
  return { target, estimate: arrival.ms, basis, verdict: verdictOn(arrival.ms, target), reasons };
}

function basisOf(own: Estimate, after: Arrival | undefined): RtoJudgement['basis'] {
  if (own.from === 'none' || after?.basis === 'none') return 'none';
  return !after || after.basis === own.from ? own.from : 'mixed';
}

/** Only as far back as a reason shows it: chains may be thousands long. */
function lastOf(arrival: Arrival): readonly Arrival[] {
  const chain: Arrival[] = [];
  for (let at: Arrival | undefined = arrival; at && chain.length < shown; at = at.after) chain.push(at);
  return chain.toReversed();
}

function pathReason(arrival: Arrival): string {
  const chain = lastOf(arrival);
  const before = chain[0]?.after;
  const parts = chain.map(({ system, own }) => `${system.name} ${describe(own)}`);
  if (before) parts.unshift(`what comes before ${formatDuration(before.ms)}`);
  return `recovery takes ${formatDuration(arrival.ms)}: ${parts.join(', then ')}`;
}

function describe(own: Estimate): string {
  if (own.from === 'none') return '(unknown)';
  return `${formatDuration(own.ms)} (${own.from === 'measured' ? 'measured' : 'estimate'})`;
}

function missingReason(arrival: Arrival): string {
  const names = arrival.unknown.join(', ');
  return `missing: a measured restore or recovery.estimate of ${names}${arrival.unknown.length === shown ? ' and perhaps others' : ''}`;
}
