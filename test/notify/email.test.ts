import tls from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { email } from '../../src/notify/email.ts';
import { requireProgram } from '../require.ts';
import { selfSigned } from '../servers/certificate.ts';
import { smtpAnswer, startMailServer } from '../servers/smtp.ts';
import { effects, emailChannel, hurriedClock, rendered } from './samples.ts';

const haveOpenssl = requireProgram('openssl');

describe('a mail', () => {
  test('says who and what it is', async () => {
    await using server = await startMailServer();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}`, from: 'Muster <muster@example.org>' });
    const at = Date.parse('2026-11-20T10:15:00Z');
    await email.send(definition, rendered({ severity: 'critical', at, id: 'run-1.x' }), effects());
    const [received] = server.received;
    expect(received?.mail).toMatchObject({
      subject: 'Backup of orders failed',
      from: { name: 'Muster', address: 'muster@example.org' },
      to: [{ address: 'owner@shop.example' }],
      messageId: '<run-1.x@example.org>',
      date: '2026-11-20T10:15:00.000Z',
    });
    const headers = Object.fromEntries(received?.mail.headers.map(({ key, value }) => [key, value]) ?? []);
    expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', importance: 'High' });
    expect(headers['content-type']).toContain('text/plain; charset=utf-8');
  });

  test('goes to the contacts and to the channel’s own addresses, once each', async () => {
    await using server = await startMailServer();
    const definition = emailChannel({
      url: `smtp://127.0.0.1:${server.port}`,
      to: ['archive@shop.example', 'Owner@shop.example'],
    });
    const recipients = ['owner@shop.example', 'second@shop.example', 'owner@shop.example'];
    const { detail } = await email.send(definition, rendered({ recipients }), effects());
    const expected = ['owner@shop.example', 'second@shop.example', 'archive@shop.example'];
    expect(server.received.map(({ to }) => to)).toEqual([expected]);
    expect(detail).toBe(`${expected.join(', ')} by 127.0.0.1:${server.port}`);
  });

  test('may give names to addresses', async () => {
    await using server = await startMailServer();
    const definition = emailChannel({
      url: `smtp://127.0.0.1:${server.port}`,
      from: 'Shop, Inc. <muster@shop.example>',
    });
    const recipients = ['Löwe, Ada <ada@shop.example>', 'ADA@shop.example', '"Bob" <bob@shop.example>'];
    await email.send(definition, rendered({ recipients }), effects());
    expect(server.received).toMatchObject([
      {
        to: ['ada@shop.example', 'bob@shop.example'],
        mail: {
          from: { name: 'Shop, Inc.', address: 'muster@shop.example' },
          to: [
            { name: 'Löwe, Ada', address: 'ada@shop.example' },
            { name: 'Bob', address: 'bob@shop.example' },
          ],
        },
      },
    ]);
  });

  test('needs somebody to go to', async () => {
    const sent = email.send(emailChannel(), rendered({ recipients: [] }), effects());
    await expect(sent).rejects.toMatchObject({
      code: 'channel-failed',
      retryable: false,
      message: 'nobody to write to: audience team has no contacts',
    });
  });

  test.for([
    'owner@shop.example\r\nBcc: all@example.org',
    'owner@shop.example, all@example.org',
    'Owner <owner@shop.example>, all@example.org',
    'Owner <owner@shop.example',
    'owner',
  ])('is refused for %j, which is not one address', async (recipient) => {
    await using server = await startMailServer();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}` });
    const sent = email.send(definition, rendered({ recipients: [recipient] }), effects());
    await expect(sent).rejects.toMatchObject({
      message: expect.stringContaining('is not an e-mail address') as unknown,
    });
    expect(server.received).toEqual([]);
  });
});

describe('a mail server', () => {
  test('that asks for a login gets it from the secret', async () => {
    await using server = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        done(null, { user: password === 'p@ss word' ? username : '' });
      },
    });
    const definition = emailChannel({ url: { from: 'env', variable: 'SMTP_URL' } });
    const resolveSecret = async (): Promise<string> => `smtp://backup:p%40ss%20word@127.0.0.1:${server.port}\n`;
    await email.send(definition, rendered(), effects({ resolveSecret }));
    expect(server.received.map(({ user }) => user)).toEqual(['backup']);
  });

  test('that refuses the login is not asked again', async () => {
    await using server = await startMailServer({
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        done(smtpAnswer(535, 'bad credentials'));
      },
    });
    const clock = hurriedClock();
    const definition = emailChannel({ url: `smtp://backup:wrong@127.0.0.1:${server.port}` });
    await expect(email.send(definition, rendered(), effects({ clock }))).rejects.toMatchObject({
      message: `mail server 127.0.0.1:${server.port} refused the login: 535 bad credentials`,
      retryable: false,
    });
    expect(clock.pauses).toEqual([]);
  });

  test('that is busy is tried again, for the recipients that are still missing', async () => {
    const asked: string[] = [];
    await using server = await startMailServer({
      onRcptTo: ({ address }, _session, done) => {
        asked.push(address);
        const known = address !== 'slow@shop.example' || asked.filter((one) => one === address).length > 2;
        done(known ? null : smtpAnswer(451, '4.7.1 Greylisting in action, come back later'));
      },
    });
    const clock = hurriedClock();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}` });
    const recipients = ['quick@shop.example', 'slow@shop.example'];
    await email.send(definition, rendered({ recipients }), effects({ clock }));
    expect(server.received.map(({ to }) => to)).toEqual([['quick@shop.example'], ['slow@shop.example']]);
    expect(server.received.map(({ mail }) => mail.to?.length)).toEqual([2, 2]);
    expect(clock.pauses).toEqual([1000, 4000]);
  });

  test('that stays busy is given up, with its last answer', async () => {
    await using server = await startMailServer({
      onMailFrom: (_address, _session, done) => {
        done(smtpAnswer(421, 'try later'));
      },
    });
    const clock = hurriedClock();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}` });
    await expect(email.send(definition, rendered(), effects({ clock }))).rejects.toMatchObject({
      message: `mail server 127.0.0.1:${server.port} did not take the mail: 421 try later (tried 5 times)`,
      retryable: true,
    });
    expect(clock.pauses).toEqual([1000, 4000, 15_000, 30_000]);
  });

  test('that knows only some recipients: the delivery failed, and the error says who got it', async () => {
    await using server = await startMailServer({
      onRcptTo: ({ address }, _session, done) => {
        done(address.startsWith('gone') ? smtpAnswer(550, 'no such user') : null);
      },
    });
    const clock = hurriedClock();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}` });
    const recipients = ['here@shop.example', 'gone@Shop.Example', 'gone@bücher.example'];
    await expect(email.send(definition, rendered({ recipients }), effects({ clock }))).rejects.toMatchObject({
      message:
        `mail server 127.0.0.1:${server.port} did not take the mail for gone@shop.example (550 no such user), ` +
        'gone@xn--bcher-kva.example (550 no such user); ' +
        'it took it for here@shop.example',
      retryable: false,
    });
    expect(server.received.map(({ to }) => to)).toEqual([['here@shop.example']]);
    expect(clock.pauses).toEqual([]);
  });

  test('that refuses the content is not asked again', async () => {
    await using server = await startMailServer({
      onData: (stream, _session, done) => {
        stream.resume().on('end', () => {
          done(smtpAnswer(554, 'looks like spam'));
        });
      },
    });
    const clock = hurriedClock();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}` });
    await expect(email.send(definition, rendered(), effects({ clock }))).rejects.toThrow('554 looks like spam');
    expect(clock.pauses).toEqual([]);
  });

  test('that is not there is tried five times', async () => {
    const server = await startMailServer();
    await server[Symbol.asyncDispose]();
    const clock = hurriedClock();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}` });
    const sent = email.send(definition, rendered(), effects({ clock }));
    await expect(sent).rejects.toThrow(/did not take the mail: .*ECONNREFUSED.*\(tried 5 times\)/);
    expect(clock.pauses).toHaveLength(4);
  });
});

describe.runIf(haveOpenssl)('encryption', () => {
  const certificate = selfSigned();
  const known = tls.getCACertificates('default');
  afterAll(() => {
    tls.setDefaultCACertificates(known);
  });

  test.for(['smtps', 'smtp'])('an unknown certificate is refused over %s', async (scheme) => {
    const secure = scheme === 'smtps';
    await using server = await startMailServer({ ...certificate, secure, disabledCommands: [] });
    const clock = hurriedClock();
    const definition = emailChannel({ url: `${scheme}://127.0.0.1:${server.port}` });
    await expect(email.send(definition, rendered(), effects({ clock }))).rejects.toMatchObject({
      message: `the certificate of mail server 127.0.0.1:${server.port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
      retryable: false,
    });
    expect(server.received).toEqual([]);
    expect(clock.pauses).toEqual([]);
  });

  test('is refused to be left out when it is required', async () => {
    await using server = await startMailServer();
    const definition = emailChannel({ url: `smtp://127.0.0.1:${server.port}?starttls=required` });
    await expect(email.send(definition, rendered(), effects())).rejects.toThrow('no encrypted connection with');
    expect(server.received).toEqual([]);
  });

  test.for(['smtps', 'smtp'])(
    'a certificate of an own authority is good once that is known, over %s',
    async (scheme) => {
      const secure = scheme === 'smtps';
      await using server = await startMailServer({ ...certificate, secure, disabledCommands: [] });
      tls.setDefaultCACertificates([...known, certificate.cert]);
      await email.send(emailChannel({ url: `${scheme}://127.0.0.1:${server.port}` }), rendered(), effects());
      expect(server.received.map(({ encrypted }) => encrypted)).toEqual([true]);
    },
  );
});
