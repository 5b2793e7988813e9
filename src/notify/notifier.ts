import type { Delivery, MessageRequest } from '../base/delivery.ts';
import type { MusterEvent } from '../journal/event.ts';
import type { RenderedText, SenderEffects } from './deliver.ts';
import { deliveryEvent } from './delivery-event.ts';
import type { RunBackground } from './occasion.ts';
import { aboutRun, type MessageJournal } from './repeat.ts';
import { createRouter, type Router } from './routes.ts';
import { createRunMemory, type RunMemory } from './run-memory.ts';
import { createSender, type Sender } from './send.ts';

export interface NotifierEffects extends SenderEffects {
  readonly journal: MessageJournal;
  /** Makes an event durable and tells it to the listeners, this one among them. */
  readonly record: (event: MusterEvent) => void;
  /** What a run was planned to do; undefined when that is not known. */
  readonly background: (run: string) => RunBackground | undefined;
}

/** All that leaves muster as a message: those of routes, of steps, and those sent by hand. */
export interface Notifier extends Router {
  /** Sends, and records each delivery with its run. Throws `unknown-message` and `unknown-audience`. */
  send(request: MessageRequest, signal?: AbortSignal): Promise<readonly Delivery[]>;
  /** What `send` would send, with what is known of the run so far. Sends nothing and resolves no secret. */
  render(request: MessageRequest): readonly RenderedText[];
}

export function createNotifier(effects: NotifierEffects): Notifier {
  const { clock, background, journal } = effects;
  const memory = createRunMemory({ clock, background, backupOf: (id) => journal.catalog.find(id) });
  const sender = createSender(effects);
  const router = createRouter({ ...effects, sender, memory });
  return {
    ...router,
    send: (request, signal) => sendAndRecord({ effects, sender, memory }, request, signal),
    render: (request) => sender.render({ ...request, occasion: memory.occasion(memory.of(request.run)) }),
  };
}

interface Parts {
  readonly effects: NotifierEffects;
  readonly sender: Sender;
  readonly memory: RunMemory;
}

async function sendAndRecord(
  { effects, sender, memory }: Parts,
  request: MessageRequest,
  signal: AbortSignal | undefined,
): Promise<readonly Delivery[]> {
  const facts = memory.of(request.run);
  const occasion = memory.occasion(facts);
  const deliveries = await sender.send({ ...request, occasion, ...(signal ? { signal } : {}) });
  const { run } = request;
  if (run !== undefined)
    for (const delivery of deliveries) effects.record(deliveryEvent(delivery, { run, about: aboutRun(facts, run) }));
  return deliveries;
}
