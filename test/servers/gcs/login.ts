import { createVerify, generateKeyPairSync } from 'node:crypto';

/** Who is let in. */
export interface Login {
  readonly email: string;
  /** PEM. */
  readonly publicKey: string;
  /** What the console would give for download. */
  readonly serviceAccount: string;
  /** What the server of facts gives a machine. */
  readonly accessToken: string;
}

export function makeLogin(): Login {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = 'muster@acme.iam.gserviceaccount.com';
  const key = {
    type: 'service_account',
    project_id: 'acme',
    private_key_id: '0123456789abcdef',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: email,
    token_uri: 'https://oauth2.googleapis.com/token',
  };
  return {
    email,
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
    serviceAccount: JSON.stringify(key),
    accessToken: 'token-of-the-machine',
  };
}

/** A token that the account signed itself (google.aip.dev/auth/4111), in time and for storage; or the one of the machine. */
export function isLetIn({ email, publicKey, accessToken }: Login, authorization = ''): boolean {
  const token = authorization.replace(/^Bearer /, '');
  if (token === accessToken) return true;
  const [head = '', claims = '', signature = ''] = token.split('.');
  if (!createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')) return false;
  const { iss, scope, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims;
  const now = Date.now() / 1000;
  return iss === email && /devstorage\.(?:read_write|full_control)/.test(scope) && iat <= now + 300 && exp > now;
}

interface Claims {
  readonly iss: string;
  readonly scope: string;
  readonly iat: number;
  readonly exp: number;
}
