import { MusterError } from '../../src/base/error.ts';

/** The fault that an action ends with. Throws when there is none, or one that says nothing. */
export async function faultOf(action: Promise<unknown>): Promise<MusterError> {
  const error: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof MusterError) return error;
  throw new Error('no MusterError was thrown', { cause: error });
}
