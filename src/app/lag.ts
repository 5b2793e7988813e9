import { judgeLag } from '../order/objectives/lag.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { State } from './state.ts';

/** Says of which targets the copies are further behind than the objective of their system allows, and waits for messages. */
export async function tellLag(state: State, systems: readonly string[] | undefined): Promise<void> {
  const events = lagging(state, systems);
  for (const event of events) {
    state.journal().append(event);
    state.tell(event);
  }
  if (events.length > 0) await state.notifier().settled();
}

function lagging(state: State, names: readonly string[] = []): readonly MusterEvent[] {
  const { plan, clock } = state;
  const now = clock.now();
  const found: MusterEvent[] = [];
  for (const system of plan.systems.values()) {
    const { name, objectives, storage } = system;
    const rpoMs = objectives.rpo;
    if (rpoMs === undefined || !storage || storage.copies.length === 0) continue;
    if (names.length > 0 && !names.includes(name)) continue;
    const lags = judgeLag(plan, { system, backups: state.catalog().backups({ system: name }), now });
    for (const { verdict, storage: target, lag } of lags)
      if (verdict === 'violated')
        found.push({ type: 'copy.lagging', run: '', at: now, system: name, storage: target, lagMs: lag, rpoMs });
  }
  return found;
}
