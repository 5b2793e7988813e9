import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { namesOf } from '../../conformance/listing.ts';
import { selfSigned } from '../../servers/certificate.ts';
import { bytes, data, nameFor, nobody, restRig } from './rig.ts';

describe('a store on a REST server', () => {
  const { folder, open, openAt, serve } = restRig();

  describe('a server that only takes new objects', () => {
    test('lets locks be removed and nothing else', async () => {
      const store = await open({ appendOnly: true });
      const lock = nameFor('locks', bytes);
      await store.put(lock, bytes);
      await store.put(data, bytes);
      await store.put(data, bytes);
      await store.remove(lock);
      const refused = {
        code: 'storage-refused',
        message: expect.stringContaining('only takes new objects'),
        retryable: false,
      };
      await expect(store.remove(data)).rejects.toMatchObject(refused);
      await store.put('config', bytes);
      await expect(store.put('config', Buffer.from('other'))).rejects.toMatchObject(refused);
      expect(await store.get('config')).toEqual(bytes);
    });

    test('is not asked to remove when the plan says so', async () => {
      const server = await serve();
      const store = openAt(`http://127.0.0.1:${server.port}/vault/`, { appendOnly: true });
      await store.prepare?.([]);
      await store.put(data, bytes);
      expect(store.facts.appendOnly).toBe(true);
      await expect(store.remove(data)).rejects.toMatchObject({ code: 'storage-refused' });
      await store.remove(nameFor('data', Buffer.from('none')));
      expect(server.requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
    });
  });

  describe('logs in', () => {
    const login = { user: 'muster', password: 'gre:en' };

    test('with user and password', async () => {
      const store = await open({ login }, login);
      await store.put(data, bytes);
      expect(await store.get(data)).toEqual(bytes);
    });

    test.each([{ user: 'muster', password: 'red' }, nobody])('is refused as %o', async (wrong) => {
      const store = await open({ login }, wrong);
      const refused = { code: 'storage-refused', hint: expect.stringContaining('`password`') };
      await expect(store.get(data)).rejects.toMatchObject(refused);
      await expect(store.put(data, bytes)).rejects.toMatchObject(refused);
      await expect(namesOf(store, '')).rejects.toMatchObject(refused);
      await expect(store.get(data)).rejects.not.toMatchObject({ message: expect.stringContaining('red') });
    });

    test('over TLS with an authority of its own', async () => {
      const { key, cert } = selfSigned();
      const ca = join(folder(), 'ca.pem');
      writeFileSync(ca, cert);
      const store = await open({ tls: { key, cert } }, { ca });
      await store.prepare?.([]);
      await store.put(data, bytes);
      expect(await store.get(data)).toEqual(bytes);
    });

    test('a certificate that nobody vouches for is refused', async () => {
      const store = await open({ tls: selfSigned() });
      await expect(store.get(data)).rejects.toMatchObject({
        code: 'storage-refused',
        retryable: false,
        hint: expect.stringContaining('`ca`'),
      });
    });

    test('a file of authorities that is not there is named', async () => {
      const store = await open({ tls: selfSigned() }, { ca: '/none/ca.pem' });
      await expect(store.get(data)).rejects.toMatchObject({
        code: 'storage-refused',
        message: expect.stringContaining('/none/ca.pem'),
      });
    });

    test.each(['ftp://host/', 'backup.example.org', 'https://user:secret@host/'])(
      'the address %s is refused',
      (url) => {
        expect(() => openAt(url)).toThrow(expect.objectContaining({ code: 'storage-failed' }));
        expect(() => openAt(url)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
      },
    );
  });

  test('the description has no secret', async () => {
    const store = await open({}, { user: 'muster', password: 'green' });
    expect(store.description).toMatch(/^rest http:\/\/127\.0\.0\.1:\d+\/vault\/$/);
  });
});
