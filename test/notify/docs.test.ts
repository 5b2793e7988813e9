import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { messageDocument } from '../../src/notify/document.ts';
import { channels } from '../../src/notify/registry.ts';
import { webhook } from '../../src/notify/webhook.ts';
import { effects, rendered, webhookChannel } from './samples.ts';

const manual = readFileSync(join(import.meta.dirname, '../../docs/messages.md'), 'utf8');

test('the manual has the facts of every channel', () => {
  const lines = manual.split('\n');
  for (const [type, { facts }] of Object.entries(channels)) {
    const [, , place, length, richText] = (lines.find((line) => line.startsWith(`| ${type} |`)) ?? '').split(/ *\| */);
    expect(place?.includes('contacts')).toBe(facts.recipients === 'contacts');
    expect([length, richText]).toEqual([String(facts.maxLength), facts.richText ? 'yes' : 'no']);
  }
});

test('the manual shows the document as it is', () => {
  const shown = JSON.parse(/```json\n([^`]+)```/.exec(manual)?.[1] ?? '') as object;
  expect(Object.keys(shown)).toEqual(Object.keys(messageDocument(rendered())));
});

test('the receiver that the manual shows takes what was signed, and nothing else', async () => {
  const secret = `whsec_${Buffer.from('a key of at least 24 bytes!').toString('base64')}`;
  const code = (/```js\n([^`]+)```/.exec(manual)?.[1] ?? '').replace(
    '.listen(8080)',
    `.listen(0, '127.0.0.1', function () { console.log(this.address().port); })`,
  );
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, PARTNER_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const definition = webhookChannel({
      url: `http://127.0.0.1:${port.toString().trim()}/`,
      secret: { from: 'env', variable: 'PARTNER_SECRET' },
    });
    await webhook.send(definition, rendered(), effects({ resolveSecret: async () => secret }));
    const other = webhook.send(definition, rendered(), effects({ resolveSecret: async () => 'whsec_AAAA' }));
    await expect(other).rejects.toThrow('answered 401');
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});
