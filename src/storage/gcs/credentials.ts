import { type AuthClient, GoogleAuth, JWT } from 'google-auth-library';
import { MusterError } from '../../base/error.ts';

const scopes = ['https://www.googleapis.com/auth/devstorage.read_write'];

/** Makes the header `Authorization`, anew when it is about to end. */
export type Authorize = () => Promise<string>;

/** Throws `storage-refused` for what isn't the key of a service account. */
export function authorizeWith(credentials: string | undefined): Authorize {
  let client = credentials === undefined ? undefined : Promise.resolve(serviceAccount(credentials));
  return async () => {
    client ??= defaultClient();
    try {
      return (await (await client).getRequestHeaders()).get('authorization') ?? '';
    } catch (error) {
      // There may be an identity by the next time.
      if (credentials === undefined) client = undefined;
      throw error;
    }
  };
}

/** Its key signs for each request what is else fetched from Google: no other server is asked, and no secret is sent. */
function serviceAccount(json: string): AuthClient {
  const { type, client_email: email, private_key: key, private_key_id: keyId } = keyOf(json);
  if (type !== 'service_account' || email === undefined || key === undefined) throw notKey();
  return signing(new JWT({ email, key, scopes, ...(keyId !== undefined && { keyId }) }));
}

interface ServiceAccountKey {
  readonly type?: string;
  readonly client_email?: string;
  readonly private_key?: string;
  readonly private_key_id?: string;
}

function keyOf(json: string): ServiceAccountKey {
  try {
    const parsed: unknown = JSON.parse(json);
    // Everything is optional, so any object fits.
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // What isn't JSON may be a secret all the same, and the parser would quote it.
  }
  throw notKey();
}

function signing(client: JWT): JWT {
  client.useJWTAccessWithScope = true;
  return client;
}

async function defaultClient(): Promise<AuthClient> {
  const client = await new GoogleAuth({ scopes }).getClient();
  return client instanceof JWT ? signing(client) : client;
}

function notKey(): MusterError {
  return new MusterError("the credentials of the storage target are not the key of a service account of Google's", {
    code: 'storage-refused',
    hint: 'Give it the JSON that the console made for the key, all of it; for other ways to log in leave `credentials` out.',
  });
}
