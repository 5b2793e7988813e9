import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRestServer } from '../servers/rest-server.ts';
import { folderWith, muster } from './muster.ts';

test('a server that is busy for a while is asked again, and whoever waits is told', async () => {
  const cwd = await folderWith({ 'web/index.html': '<h1>Shop</h1>', 'remote/.keep': '' });
  let busy = 3;
  const server = await startRestServer({
    folder: join(cwd, 'remote'),
    fault: (_, response) => {
      if ((busy -= 1) < 0) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  await writeFile(join(cwd, 'muster.yaml'), planFor(server.port));
  const { exitCode, stdout, stderr } = await muster(['backup', 'web'], { cwd });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('succeeded')]);
  expect(stderr).toMatch(/^! remote: cannot .*503.*; retry 1 in 1s$/m);
});

function planFor(port: number): string {
  return `muster: 1
name: shop
keys:
  main: { passphrase: { env: MUSTER_PASSPHRASE } }
storage:
  remote: { type: rest, url: "http://127.0.0.1:${port}/vault/" }
tiers:
  standard: { storage: { to: remote } }
systems:
  web: { tier: standard, source: { type: files, paths: [./web] } }
`;
}
