import { MusterError } from '../../base/error.ts';
import type { Instant } from '../../base/clock.ts';
import { canonicalJson, chainHash } from '../../journal/chain.ts';
import type { ChainedEvent } from '../../journal/event-log.ts';
import type { LogName } from './names.ts';

/** Who wrote an object of a sealed catalog. */
export interface Writer {
  /** Name of the plan. */
  readonly plan: string;
  /** Name of the storage target that it was written to, in that plan. */
  readonly storage: string;
  readonly host: string;
}

/** Consecutive events of one journal. */
export interface Segment extends Writer {
  /** Hash of the event before the first one. */
  readonly previous: string;
  readonly events: readonly ChainedEvent[];
  /** When the last one happened; undefined when it does not say. */
  readonly lastAt: Instant | undefined;
}

const format = 1;

export function encodeSegment(writer: Writer, previous: string, events: readonly ChainedEvent[]): Buffer {
  const { plan, storage, host } = writer;
  return Buffer.from(JSON.stringify({ format, plan, storage, host, previous, events: events.map(({ body }) => body) }));
}

/** Hashes every event anew. Throws `object-damaged` when they don't lead to what the name says, and `object-newer`. */
export function decodeSegment(name: LogName, bytes: Uint8Array): Segment {
  const value = parsed(name.name, bytes);
  const { plan, storage, host, previous, events } = value;
  if (![plan, storage, host, previous].every(isText) || !Array.isArray(events) || !events.every(isText))
    throw damaged(name.name, 'it is not of the form of a list of events');
  const chained = chain(name, String(previous), events);
  return {
    plan: String(plan),
    storage: String(storage),
    host: String(host),
    previous: String(previous),
    events: chained,
    lastAt: instantOf(chained.at(-1)?.body),
  };
}

/** The object that a sealed text holds. */
export function parsed(name: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parsedJson(Buffer.from(bytes).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw damaged(name, 'it is not what muster writes');
  const found = value as Readonly<Record<string, unknown>>;
  if (found['format'] === format) return found;
  throw new MusterError(`muster/${name} was written by another muster: format ${String(found['format'])}`, {
    code: 'object-newer',
    hint: 'Use that newer muster to read it.',
  });
}

export function damaged(name: string, detail: string): MusterError {
  return new MusterError(`muster/${name} is damaged: ${detail}`, {
    code: 'object-damaged',
    hint: 'Another storage target of the plan holds the same.',
  });
}

function chain(
  { name, from, to, hash }: LogName,
  previous: string,
  bodies: readonly string[],
): readonly ChainedEvent[] {
  const events: ChainedEvent[] = [];
  let head = previous;
  for (const [at, body] of bodies.entries()) {
    // The same text must come out of it when it is hashed anew as an event that was taken over.
    if (canonicalJson(parsedJson(body)) !== body) throw damaged(name, `event ${from + at} is not as muster writes it`);
    head = chainHash(head, body);
    events.push({ sequence: from + at, body, hash: head });
  }
  if (events.length !== to - from + 1 || !head.startsWith(hash))
    throw damaged(name, 'its events are not those that its name says');
  return events;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function instantOf(body: string | undefined): Instant | undefined {
  const value = body === undefined ? undefined : parsedJson(body);
  const at = typeof value === 'object' && value !== null && 'at' in value ? value.at : undefined;
  return typeof at === 'number' ? at : undefined;
}
