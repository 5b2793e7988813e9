import { RestError } from '@azure/storage-blob';
import { codeOf, messageOf, MusterError } from '../../base/error.ts';
import type { FaultKind } from '../http/network-faults.ts';
import {
  expired,
  faultsByCode,
  faultsByName,
  faultsByStatus,
  faultsByText,
  noCredentials,
  otherFault,
} from './fault-kinds.ts';

/** What was asked of which store. */
export interface AzureAction {
  readonly doing: string;
  readonly what: string;
  readonly store: string;
  /** The plan's SAS says of itself that it isn't valid at this time. */
  readonly expired: boolean;
}

/** What the server or the network said, taken apart. */
export interface Refusal {
  /** The server's word for it, such as `BlobNotFound`; for a fault of the network its code, such as `ECONNREFUSED`. */
  readonly name: string;
  /** Undefined: there was no answer. */
  readonly status: number | undefined;
  /** One line. */
  readonly text: string;
  /** What else it says about credentials that it doesn't accept. */
  readonly detail: string;
  /** In milliseconds. */
  readonly retryAfter: number | undefined;
}

/** The fault of a request as one of the store. The request isn't kept as a cause: its address may hold a signature. */
export function azureFault(error: unknown, action: AzureAction): MusterError {
  if (error instanceof MusterError) return error;
  const refusal = refusalOf(error);
  return new MusterError(`cannot ${action.doing} ${action.what} in ${action.store}: ${describe(refusal)}`, {
    ...kindOf(refusal, action),
    retryAfter: refusal.retryAfter,
  });
}

export function refusalOf(error: unknown): Refusal {
  // Several addresses of one host were tried.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const text = messageOf(inner).split('\n')[0]?.trim() ?? '';
  if (!(error instanceof RestError))
    return { name: nameOf(inner), status: undefined, text, detail: '', retryAfter: undefined };
  const { response, code = 'Unknown', statusCode, details } = error;
  return {
    name: response?.headers.get('x-ms-error-code') ?? code,
    status: statusCode,
    text,
    detail: detailOf(details),
    retryAfter: milliseconds(response?.headers.get('retry-after')),
  };
}

function nameOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.name : 'Unknown');
}

function detailOf(details: unknown): string {
  if (typeof details !== 'object' || details === null) return '';
  // Everything is optional, so any object fits.
  const { authenticationErrorDetail: one, AuthenticationErrorDetail: other } = details as Record<string, unknown>;
  const detail = one ?? other;
  return typeof detail === 'string' ? detail : '';
}

function milliseconds(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

function kindOf({ name, status, text, detail }: Refusal, action: AzureAction): FaultKind {
  if (/Credential|Authentication(?:Required)?Error/.test(name)) return noCredentials;
  if (action.expired && (status === 401 || status === 403)) return expired;
  const told = faultsByText.find(({ pattern }) => pattern.test(`${text} ${detail}`))?.kind;
  if (status === undefined) return faultsByCode[name] ?? told ?? otherFault;
  const kind = told ?? faultsByName[name] ?? faultsByStatus[status];
  if (kind) return kind;
  return status >= 500 ? { ...otherFault, retryable: true } : otherFault;
}

function describe({ name, status, text }: Refusal): string {
  const named = name !== 'Unknown' && name !== 'Error';
  const word = status === undefined ? name : named ? `${name} (HTTP ${status})` : `HTTP ${status}`;
  if (text === '' || text === name) return word;
  return named || status !== undefined ? `${word}: ${text}` : text;
}
