import type { Milliseconds } from '../../base/clock.ts';
import type { Position } from '../../base/diagnostic.ts';
import type { Secret } from '../../base/secret.ts';
import type { Named } from './common.ts';
import type { Expression, Template } from './runbook.ts';

export type Channel = EmailChannel | WebhookChannel | FileChannel;

export interface EmailChannel extends Named {
  readonly type: 'email';
  /** `smtp://` or `smtps://`, with user and password where needed: hence a secret or a plain URL without a password. */
  readonly url: Secret | string;
  readonly from: string;
  /** Besides the contacts of the audience. */
  readonly to: readonly string[];
}

export interface WebhookChannel extends Named {
  readonly type: 'webhook';
  readonly url: Secret | string;
  /** Signs as Standard Webhooks (HMAC-SHA256). */
  readonly secret: Secret | undefined;
  readonly timeout: Milliseconds;
}

export interface FileChannel extends Named {
  readonly type: 'file';
  /** Absolute; one JSON document a line is appended. */
  readonly path: string;
}

export interface Contact extends Named {
  /** E-mail address. */
  readonly primary: string;
}

export interface Audience extends Named {
  readonly channels: readonly string[];
  readonly contacts: readonly string[];
}

export type Severity = 'info' | 'warning' | 'high' | 'critical';

export interface Message extends Named {
  readonly severity: Severity;
  readonly subject: Template;
  /** By audience; `default` for the others, if present. */
  readonly text: ReadonlyMap<string, Template>;
}

export interface Route {
  readonly at: Position;
  /** CEL over `event`, `system`, `run`. */
  readonly on: Expression;
  readonly message: string;
  readonly audiences: readonly string[];
  /** The same message about the same thing is not sent again sooner than this, unless it went well in between. */
  readonly repeat: Milliseconds | undefined;
}
