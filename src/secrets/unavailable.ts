import { MusterError } from '../base/error.ts';

/** Every way in which a secret cannot be had. `what` names the place and never the value. */
export function unavailable(what: string, hint: string): MusterError {
  return new MusterError(`secret unavailable: ${what}`, { code: 'secret-unavailable', hint });
}
