import { describe, expect, test } from 'vitest';
import { infosOf, namesOf } from '../../conformance/listing.ts';
import { bytes, data, restRig } from './rig.ts';

describe('a store on a REST server', () => {
  const { open, openAt, pretend, serve } = restRig();

  describe('when the server fails', () => {
    test.each([
      [400, 'storage-failed', true],
      [403, 'storage-refused', false],
      [404, 'storage-missing', false],
      [413, 'storage-full', false],
      [418, 'storage-failed', false],
      [429, 'storage-unreachable', true],
      [500, 'storage-failed', true],
      [503, 'storage-unreachable', true],
      [507, 'storage-full', false],
    ])('%d to a write is %s', async (status, code, retryable) => {
      const store = await open({
        fault: ({ method, url }, response) => {
          if (method !== 'POST' || url?.includes('create')) return false;
          response.writeHead(status).end();
          return true;
        },
      });
      await expect(store.put(data, bytes)).rejects.toMatchObject({ code, retryable, hint: expect.any(String) });
    });

    test('nobody listens', async () => {
      const server = await serve();
      await server[Symbol.asyncDispose]();
      const store = openAt(`http://127.0.0.1:${server.port}/`);
      const unreachable = { code: 'storage-unreachable', retryable: true };
      await expect(store.put(data, bytes)).rejects.toMatchObject(unreachable);
      await expect(store.size(data)).rejects.toMatchObject(unreachable);
      await expect(namesOf(store, '')).rejects.toMatchObject(unreachable);
    });

    test('connections that it has ended meanwhile are made anew', async () => {
      const server = await serve();
      const store = openAt(`http://127.0.0.1:${server.port}/vault/`);
      await store.prepare?.([]);
      await Promise.all(Array.from({ length: 8 }, () => store.size(data)));
      for (const use of [() => store.put(data, bytes), () => store.get(data), () => store.remove(data)]) {
        server.cut();
        // Nothing of that is noticed before the next request is on its way.
        await use();
        expect(await store.size('config')).toBeUndefined();
        await Promise.all(Array.from({ length: 8 }, () => store.size(data)));
      }
    });

    test('it hangs', async () => {
      const { port } = await serve({ fault: () => true });
      const store = openAt(`http://127.0.0.1:${port}/`, { patience: 100 });
      await expect(store.get(data)).rejects.toMatchObject({ code: 'storage-unreachable', retryable: true });
    });

    test('an answer that is cut off is no object', async () => {
      const store = await open({
        fault: ({ method, url }, response) => {
          if (method !== 'GET' || !url?.includes('data')) return false;
          response.writeHead(200, { 'content-length': 1000 });
          response.write('half');
          setImmediate(() => response.destroy());
          return true;
        },
      });
      await expect(store.get(data)).rejects.toMatchObject({ code: 'storage-unreachable', retryable: true });
    });

    test('an object whose confirmation was lost is known as written', async () => {
      const server = await serve({
        fault: ({ method, url }, response) => {
          if (method === 'POST' && url?.endsWith('config')) response.end = () => (server.cut(), response);
          return false;
        },
      });
      const store = openAt(`http://127.0.0.1:${server.port}/vault/`);
      await store.prepare?.([]);
      expect(await store.putNew('config', bytes)).toBe(true);
    });

    test.each([
      ['a page', '<html>'],
      ['something else', '{"a":1}'],
    ])('%s in place of a listing is told', async (_, text) => {
      const store = await pretend((response) => response.end(text));
      await expect(namesOf(store, 'data/')).rejects.toMatchObject({
        code: 'storage-failed',
        hint: expect.stringContaining('REST server'),
      });
    });

    test('names that no object has are passed over, and sizes that make no sense are asked for', async () => {
      const good = 'a'.repeat(64);
      const list = [{ name: '../../etc', size: 1 }, { name: good, size: -1 }, 5, null, { size: 3 }];
      const store = await pretend((response, count) => {
        if (count === 1) response.end(JSON.stringify(list));
        else response.writeHead(200, { 'content-length': 7 }).end();
      });
      expect(await infosOf(store, 'index/')).toEqual([{ name: `index/${good}`, size: 7, modifiedAt: undefined }]);
    });

    test('more bytes than were asked for are not taken', async () => {
      const store = await pretend((response) => {
        response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end(Buffer.alloc(100_000));
      });
      await expect(store.get(data, { offset: 0, length: 10 })).rejects.toMatchObject({ code: 'storage-failed' });
      await expect(store.get(data, { offset: 5, length: 10 })).rejects.toMatchObject({ code: 'storage-failed' });
    });
  });
});
