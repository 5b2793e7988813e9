/** What a `MusterError` carries besides its message. */
export interface MusterErrorDetails {
  /** Stable, kebab-case name of the fault; scripts match on it. */
  readonly code: string;
  /** What to do now, as one imperative sentence. */
  readonly hint?: string;
  /** True when the same call may succeed later without any change by the user. */
  readonly retryable?: boolean;
  /** The other side asks for such a pause before the next try: milliseconds. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one public error class. The message says what happened to what; the hint says what to do now.
 * Neither may ever hold a secret: pass secrets through `Secret` values only.
 */
export class MusterError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;

  constructor(message: string, details: MusterErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'MusterError';
    this.code = details.code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.retryAfter = details.retryAfter;
  }
}

/** The text of anything thrown, for messages; never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT` …) or of a `MusterError`, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
