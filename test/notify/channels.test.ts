import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { email } from '../../src/notify/email.ts';
import { file } from '../../src/notify/file.ts';
import { webhook } from '../../src/notify/webhook.ts';
import type { EmailChannel, FileChannel, WebhookChannel } from '../../src/plan/model/message.ts';
import { channelConformance, type Arrived, type ChannelFixture } from '../conformance/channel.ts';
import { startHttpServer } from '../servers/http.ts';
import { smtpAnswer, startMailServer } from '../servers/smtp.ts';
import { emailChannel, fileChannel, webhookChannel } from './samples.ts';

const password = 'p@ss/word #1%';
const inUrl = encodeURIComponent(password);

channelConformance<EmailChannel>('email', async () => {
  const server = await startMailServer();
  const refusing = await startMailServer({
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => {
      done(smtpAnswer(535, `no login with ${auth.password ?? ''}`));
    },
  });
  const silent = await startSilentServer();
  return {
    channel: email,
    definition: emailChannel({ url: `smtp://127.0.0.1:${server.port}` }),
    failing: emailChannel({ url: `smtp://backup:${inUrl}@127.0.0.1:${refusing.port}` }),
    password,
    silent: { definition: emailChannel({ url: `smtp://127.0.0.1:${silent.port}` }), reached: silent.reached },
    arrived: async () => server.received.map(({ mail }) => ({ subject: mail.subject ?? '', text: mail.text ?? '' })),
    async [Symbol.asyncDispose]() {
      await Promise.all([server, refusing, silent].map((one) => one[Symbol.asyncDispose]()));
    },
  };
});

channelConformance<WebhookChannel>('webhook', async () => {
  const server = await startHttpServer();
  const refusing = await startHttpServer((response) => {
    response.writeHead(403).end(`no way to /hook/${inUrl} with ${password}`);
  });
  const silent = await startSilentServer();
  return {
    channel: webhook,
    definition: webhookChannel({ url: `http://127.0.0.1:${server.port}/hook` }),
    failing: webhookChannel({ url: `http://muster:${inUrl}@127.0.0.1:${refusing.port}/hook/${inUrl}` }),
    password,
    silent: { definition: webhookChannel({ url: `http://127.0.0.1:${silent.port}/` }), reached: silent.reached },
    arrived: async () => server.received.map(({ body }) => JSON.parse(body) as Arrived),
    async [Symbol.asyncDispose]() {
      await Promise.all([server, refusing, silent].map((one) => one[Symbol.asyncDispose]()));
    },
  };
});

channelConformance<FileChannel>('file', async (): Promise<ChannelFixture<FileChannel>> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-channel-'));
  const path = join(folder, 'a', 'messages.jsonl');
  return {
    channel: file,
    definition: fileChannel(path),
    failing: fileChannel(folder),
    password,
    silent: undefined,
    arrived: async () => linesOf(path),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
});

async function linesOf(path: string): Promise<Arrived[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Arrived);
}

interface SilentServer extends AsyncDisposable {
  readonly port: number;
  /** Resolves when somebody has connected. */
  readonly reached: Promise<unknown>;
}

/** Takes connections and never says a word. */
async function startSilentServer(): Promise<SilentServer> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    reached: once(server, 'connection'),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
