import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { FaultKind } from '../http/network-faults.ts';
import { badRegion, faultsByCode, faultsByName, faultsByStatus } from './fault-kinds.ts';

/** What was asked of which store. */
export interface S3Action {
  readonly doing: string;
  readonly what: string;
  readonly store: string;
}

/** What an S3 server or the network said, taken apart. */
export interface Refusal {
  /** The server's word for it, such as `AccessDenied`; for a fault of the network its code, such as `ECONNREFUSED`. */
  readonly name: string;
  /** Undefined: there was no answer. */
  readonly status: number | undefined;
  readonly text: string;
}

/** The fault of a request as one of the store. Faults that are named already stay as they are. */
export function s3Fault(error: unknown, action: S3Action): MusterError {
  if (error instanceof MusterError) return error;
  const refusal = refusalOf(error);
  return new MusterError(`cannot ${action.doing} ${action.what} in ${action.store}: ${describe(refusal)}`, {
    ...kindOf(refusal),
    retryAfter: retryAfterOf(error),
    cause: error,
  });
}

export function refusalOf(error: unknown): Refusal {
  const status = answerOf(error).$metadata?.httpStatusCode;
  const name = error instanceof Error ? error.name : 'Unknown';
  // Several addresses of one host were tried.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return { name: status === undefined ? (codeOf(inner) ?? name) : name, status, text: messageOf(inner) };
}

function kindOf(refusal: Refusal): FaultKind {
  const { name, status, text } = refusal;
  // The library has no other name for it.
  if (text.startsWith('Region is missing')) return badRegion;
  if (status === undefined) return faultsByCode[name] ?? faultsByName[name] ?? otherFault;
  const kind = faultsByName[name] ?? faultsByStatus[status];
  if (kind) return kind;
  return status >= 500 ? { ...otherFault, retryable: true } : otherFault;
}

const otherFault: FaultKind = { code: 'storage-failed', hint: 'Look into the log of the server, or ask who runs it.' };

/** Many servers say nothing but the name; the library calls that text `UnknownError`. */
function describe({ name, status, text }: Refusal): string {
  if (name === 'TimeoutError') return 'no answer came in time';
  const named = !nameless.has(name);
  // Node says `connect ECONNREFUSED 127.0.0.1:9`.
  if (status === undefined && text.includes(name)) return firstLine(text);
  const word = status === undefined ? name : named ? `${name} (HTTP ${status})` : `HTTP ${status}`;
  return text === '' || text === name || nameless.has(text) ? word : `${word}: ${firstLine(text)}`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

const nameless: ReadonlySet<string> = new Set(['UnknownError', 'Unknown', 'Error']);

/** In milliseconds. */
function retryAfterOf(error: unknown): number | undefined {
  const seconds = Number(answerOf(error).$response?.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

/** What the library adds to its errors. */
interface Answer {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

function answerOf(error: unknown): Answer {
  // Everything is optional, so anything that was thrown fits.
  return error instanceof Error ? (error as Answer) : {};
}
