import type { Milliseconds } from '../base/clock.ts';
import type { ResolveSecret, Secret } from '../base/secret.ts';
import { readFileSecret } from './file.ts';
import { createRedactor } from './redact.ts';
import { unavailable } from './unavailable.ts';

export interface SecretsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute: commands run here, and relative paths start here. */
  readonly cwd: string;
  /** For commands. Default: 30 seconds. */
  readonly timeout?: Milliseconds;
}

export interface Secrets {
  /** Asks the place anew at each call: nothing is kept but what `redact` has to know. */
  readonly resolve: ResolveSecret;
  /** Replaces every value resolved so far, also encoded, by `[secret]`. Values under 4 characters are left alone. */
  readonly redact: (text: string) => string;
}

/** Gets secrets from the environment, from files and from commands. */
export function createSecrets(options: SecretsOptions): Secrets {
  const redactor = createRedactor();
  return {
    resolve: async (secret) => {
      const value = await read(secret, options);
      redactor.remember(value);
      return value;
    },
    redact: redactor.redact,
  };
}

async function read(secret: Secret, { env, cwd, timeout = 30_000 }: SecretsOptions): Promise<string> {
  if (secret.from === 'env') return readVariable(secret.variable, env);
  if (secret.from === 'file') return await readFileSecret(secret.path, cwd);
  // Loaded when needed: most plans start no command.
  const { readCommandSecret } = await import('./command.ts');
  return await readCommandSecret(secret.command, { env, cwd, timeout });
}

function readVariable(variable: string, env: SecretsOptions['env']): string {
  const value = env[variable];
  if (value) return value;
  const fault = value === undefined ? 'is not set' : 'is empty';
  throw unavailable(`the environment variable ${variable} ${fault}`, `Set ${variable}.`);
}
