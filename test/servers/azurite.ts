import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { selfSigned } from './certificate.ts';

export interface Azurite extends AsyncDisposable {
  /** Of the blob service, with the account in its path. */
  readonly endpoint: string;
  /** Of its TLS certificate; undefined: it speaks none. */
  readonly ca: string | undefined;
  readonly account: string;
  /** The same for everybody: it is no secret. */
  readonly accountKey: string;
  /** Ends it at once. */
  readonly kill: () => Promise<void>;
}

/** Azurite keeps one account, which its documentation publishes. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/**
 * Microsoft's own emulator of the blob service, on 127.0.0.1, in a new folder. With `tls` it takes tokens, too. The library
 * speaks a newer version of the API than it has heard of.
 */
export async function startAzurite({ tls = 'none' }: { readonly tls?: 'none' | 'self-signed' } = {}): Promise<Azurite> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-azurite-'));
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const place = ['--blobHost', '127.0.0.1', '--blobPort', '0', '--location', folder];
  const secure = tls === 'none' ? [] : await secureArguments(folder);
  const args = [program, ...place, '--silent', '--disableTelemetry', '--skipApiVersionCheck', ...secure];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const address = await addressIn(child.stdout);
  return {
    endpoint: `${address}/${account}`,
    ca: tls === 'none' ? undefined : join(folder, 'cert.pem'),
    account,
    accountKey,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function secureArguments(folder: string): Promise<readonly string[]> {
  const { key, cert } = selfSigned();
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await writeFile(keyFile, key);
  await writeFile(certFile, cert);
  return ['--cert', certFile, '--key', keyFile, '--oauth', 'basic'];
}

async function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    const address = /successfully listens on (https?:\/\/[\d.]+:\d+)/.exec(line)?.[1];
    if (address !== undefined) {
      output.resume();
      return address;
    }
    said.push(line);
  }
  throw new Error(`Azurite did not start: ${said.join('\n')}`);
}
