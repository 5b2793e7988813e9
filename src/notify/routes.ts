import type { Clock } from '../base/clock.ts';
import type { Delivery } from '../base/delivery.ts';
import { messageOf } from '../base/error.ts';
import type { MusterEvent } from '../journal/event.ts';
import { evaluateExpression } from '../plan/expression.ts';
import type { Route } from '../plan/model/message.ts';
import type { Plan } from '../plan/model/plan.ts';
import { deliveryEvent } from './delivery-event.ts';
import { systemOf } from './event-values.ts';
import { happeningOf, isRepeat, type Happening, type MessageJournal } from './repeat.ts';
import type { RunMemory } from './run-memory.ts';
import type { Sender } from './send.ts';

export interface RouterEffects {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly sender: Pick<Sender, 'send'>;
  readonly journal: MessageJournal;
  readonly memory: RunMemory;
  /** Makes an event durable and tells it to the listeners. */
  readonly record: (event: MusterEvent) => void;
}

export interface Router {
  /**
   * Sends what the routes of the plan say about the event. Returns at once and never throws; what goes wrong is recorded as
   * `message.failed`. Simulated runs are not told about, nor are messages that a route has sent.
   */
  listen(event: MusterEvent): void;
  /** Resolves when nothing is on its way any more. Rejects when a delivery could not be recorded. */
  settled(): Promise<void>;
}

export function createRouter(effects: RouterEffects): Router {
  const state: RouterState = { effects, sending: new Set(), faults: [], keys: new Set(), own: new WeakSet() };
  return {
    listen: (event) => {
      if (event.type === 'progress' || event.type === 'storage.retrying' || state.own.has(event)) return;
      const run = effects.memory.learn(event);
      if (run.mode === 'simulate') return;
      for (const route of effects.plan.routes) follow(state, route, happeningOf(event, run));
    },
    settled: async () => {
      while (state.sending.size > 0) await Promise.all(state.sending);
      const fault = state.faults.shift();
      if (fault !== undefined) throw fault;
    },
  };
}

interface RouterState {
  readonly effects: RouterEffects;
  readonly sending: Set<Promise<void>>;
  /** Deliveries that could not be recorded. */
  readonly faults: Error[];
  /** What is on its way now, and not in the journal yet. */
  readonly keys: Set<string>;
  /** Events about deliveries of routes: they must not start others, or a failing channel would go on for ever. */
  readonly own: WeakSet<MusterEvent>;
}

function follow(state: RouterState, route: Route, happening: Happening): void {
  for (const audience of route.audiences) {
    const sending = { route, audience, happening };
    try {
      if (applies(state.effects.plan, sending) && isDue(state, sending)) start(state, sending);
    } catch (error) {
      recordFailure(state, sending, error);
    }
  }
}

interface Sending {
  readonly route: Route;
  readonly audience: string;
  readonly happening: Happening;
}

function applies(plan: Plan, { route, happening: { event, run } }: Sending): boolean {
  const system = plan.systems.get(systemOf(event) ?? '');
  const { id, kind, name, status, mode } = run;
  return evaluateExpression(route.on, 'route', { event: { ...event }, system, run: { id, kind, name, status, mode } });
}

function isDue({ effects, keys }: RouterState, sending: Sending): boolean {
  if (sending.route.repeat !== undefined && keys.has(keyOf(sending))) return false;
  return !isRepeat(effects.journal, { ...sending, now: effects.clock.now() });
}

function keyOf({ route, audience, happening }: Sending): string {
  return JSON.stringify([route.message, audience, happening.about]);
}

function start(state: RouterState, sending: Sending): void {
  const { route, audience, happening } = sending;
  const { sender, memory } = state.effects;
  const occasion = memory.occasion(happening.run, happening.event);
  const key = keyOf(sending);
  state.keys.add(key);
  const request = { message: route.message, audiences: [audience], set: {}, run: happening.run.id, occasion };
  const sent = sender
    .send(request)
    .then((deliveries) => recordDeliveries(state, happening, deliveries))
    .catch((error: unknown) => recordFailure(state, sending, error))
    .finally(() => {
      state.keys.delete(key);
      state.sending.delete(sent);
    });
  state.sending.add(sent);
}

function recordFailure(state: RouterState, { route, audience, happening }: Sending, error: unknown): void {
  const detail = `route at ${route.at.file}:${route.at.line}: ${messageOf(error)}`;
  const at = state.effects.clock.now();
  const delivery = { message: route.message, audience, channel: '', status: 'failed', at, detail } as const;
  recordDeliveries(state, happening, [delivery]);
}

/** Never throws. */
function recordDeliveries(state: RouterState, { run, about }: Happening, deliveries: readonly Delivery[]): void {
  try {
    for (const delivery of deliveries) {
      const event = deliveryEvent(delivery, { run: run.id, about });
      state.own.add(event);
      state.effects.record(event);
    }
  } catch (error) {
    state.faults.push(error instanceof Error ? error : new Error(messageOf(error)));
  }
}
