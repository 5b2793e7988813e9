import { describe, expect, test } from 'vitest';
import { parseSmtpUrl } from '../../src/notify/smtp-url.ts';

describe('an SMTP URL', () => {
  test.for([
    ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, tls: 'offered', login: undefined }],
    ['smtp://mail.example.org:25?starttls=required', { host: 'mail.example.org', port: 25, tls: 'required' }],
    ['smtps://mail.example.org', { host: 'mail.example.org', port: 465, tls: 'implicit' }],
    ['smtp://[::1]:2525/', { host: '::1', port: 2525, tls: 'offered' }],
    ['smtps://a%40b:c%2Fd%25@mail.example.org', { login: { user: 'a@b', password: 'c/d%' }, tls: 'implicit' }],
  ] as const)('%s is understood', ([url, expected]) => {
    expect(parseSmtpUrl(url, 'mail')).toMatchObject(expected);
  });

  test('with a password makes encryption a duty, except on this machine', () => {
    expect(parseSmtpUrl('smtp://u:p@mail.example.org', 'mail').tls).toBe('required');
    expect(parseSmtpUrl('smtp://u:p@mail.example.org?starttls=offered', 'mail').tls).toBe('required');
    expect(parseSmtpUrl('smtp://u:p@127.0.0.1', 'mail').tls).toBe('offered');
    expect(parseSmtpUrl('smtp://u:p@localhost', 'mail').tls).toBe('offered');
    expect(parseSmtpUrl('smtp://u:p@127.0.0.1.example.org', 'mail').tls).toBe('required');
  });

  test.for([
    'mail.example.org',
    'http://mail.example.org',
    'smtp://',
    'smtp://u:s3cret/x@mail.example.org',
    'smtp://u:s3cret#@mail.example.org',
    'smtp://u:s3cret%zz@mail.example.org',
    'smtp://mail.example.org?tls.rejectUnauthorized=false',
    'smtp://mail.example.org/path',
  ])('%s is refused, without showing it', (url) => {
    expect(() => parseSmtpUrl(url, 'mail')).toThrow('the URL of channel mail is not an SMTP URL');
  });
});
