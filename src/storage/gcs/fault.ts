import type { IncomingMessage } from 'node:http';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { FaultKind } from '../http/network-faults.ts';
import {
  faultsByCode,
  faultsByReason,
  faultsByStatus,
  faultsByText,
  noCredentials,
  otherFault,
} from './fault-kinds.ts';

/** What was asked of which store. */
export interface GcsAction {
  readonly doing: string;
  readonly what: string;
  readonly store: string;
}

/** An answer of the server that isn't the one that was hoped for. */
export class BadStatus extends Error {
  readonly status: number;
  /** The server's word for it, such as `conditionNotMet`; empty: none. */
  readonly reason: string;
  /** In milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, said: { readonly reason: string; readonly text: string; readonly retryAfter?: string }) {
    super(said.text);
    this.status = status;
    this.reason = said.reason;
    const seconds = Number(said.retryAfter);
    this.retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  }

  /** Reads what the server says. */
  static async of(answer: IncomingMessage): Promise<BadStatus> {
    const text = await beginningOf(answer);
    const { 'retry-after': retryAfter } = answer.headers;
    return new BadStatus(answer.statusCode ?? 0, { ...saidIn(text), ...(retryAfter !== undefined && { retryAfter }) });
  }
}

/** Pages of proxies may be long; a connection that breaks meanwhile has said enough. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      text += piece.toString();
      if (text.length > 2 ** 16) break;
    }
  } catch {
    return text;
  }
  return text;
}

/** Most answers are JSON; those to downloads are one line, and those of proxies pages. */
function saidIn(text: string): { readonly reason: string; readonly text: string } {
  try {
    // Everything is optional, so anything that was parsed fits.
    const { error } = JSON.parse(text) as ErrorAnswer;
    return { reason: error?.errors?.[0]?.reason ?? '', text: firstLine(error?.message ?? '') };
  } catch {
    return { reason: '', text: text.trimStart().startsWith('<') ? '' : firstLine(text) };
  }
}

interface ErrorAnswer {
  readonly error?: { readonly message?: string; readonly errors?: readonly { readonly reason?: string }[] };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 300) ?? '';
}

/** The fault of a request as one of the store. */
export function gcsFault(error: unknown, action: GcsAction): MusterError {
  if (error instanceof MusterError) return error;
  return new MusterError(`cannot ${action.doing} ${action.what} in ${action.store}: ${describe(error)}`, {
    ...kindOf(error),
    retryAfter: error instanceof BadStatus ? error.retryAfter : undefined,
    cause: error instanceof BadStatus ? error : undefined,
  });
}

function kindOf(error: unknown): FaultKind {
  const told = faultsByText.find(({ pattern }) => pattern.test(messageOf(error)))?.kind;
  if (!(error instanceof BadStatus)) return faultsByCode[codeIn(error) ?? ''] ?? told ?? noCredentialsOr(error);
  const { reason, status } = error;
  const kind = told ?? faultsByReason[reason] ?? faultsByStatus[status];
  if (kind) return kind;
  return status >= 500 ? { ...otherFault, retryable: true } : otherFault;
}

/** What is left was said by the library that looks for credentials. */
function noCredentialsOr(error: unknown): FaultKind {
  return codeIn(error)?.startsWith('HPE_') === true || error instanceof SyntaxError ? otherFault : noCredentials;
}

/** Of a fault of the system, also where the library for credentials has wrapped it up. */
function codeIn(error: unknown): string | undefined {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(inner);
  if (code !== undefined && faultsByCode[code] !== undefined) return code;
  return inner instanceof Error && inner.cause !== undefined ? (codeIn(inner.cause) ?? code) : code;
}

function describe(error: unknown): string {
  if (!(error instanceof BadStatus)) return firstLine(messageOf(error));
  const { reason, status, message } = error;
  const word = reason === '' ? `HTTP ${status}` : `${reason} (HTTP ${status})`;
  return message === '' ? word : `${word}: ${message}`;
}
