import { MusterError } from '../../base/error.ts';

const hints = {
  'object-damaged': 'Restore from another copy of the backups; `restic check` says what else is damaged.',
  'index-damaged': 'muster repair makes it anew from the packs; so does `restic rebuild-index`.',
  'vault-damaged': 'muster repair says what is lost, and keeps the rest.',
  'blob-damaged': 'Restore from another copy; muster repair says which backups need this part.',
} as const;

/** Stored bytes that aren't what was written. `what` names the object: `the index index/1f…`. */
export function damage(code: keyof typeof hints, what: string, detail: string): MusterError {
  return new MusterError(`${what} is damaged: ${detail}`, { code, hint: hints[code] });
}
