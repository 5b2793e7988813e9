import { describe, expect, test } from 'vitest';
import type { Channel, RenderedMessage } from '../../src/notify/channel.ts';
import { ChannelError } from '../../src/notify/channel.ts';
import { effects, hurriedClock, rendered } from '../notify/samples.ts';

/** What the other side of a channel got. */
export interface Arrived {
  readonly subject: string;
  readonly text: string;
}

/** A channel with a real other side. */
export interface ChannelFixture<D> extends AsyncDisposable {
  readonly channel: Channel<D>;
  /** Works. */
  readonly definition: D;
  /** Fails for good; where it takes a URL, that holds `password`. */
  readonly failing: D;
  readonly password: string;
  /** The other side takes the connection and never answers; undefined where there is no such thing. */
  readonly silent: { readonly definition: D; readonly reached: Promise<unknown> } | undefined;
  arrived(): Promise<readonly Arrived[]>;
}

/** What every kind of channel must do. */
export function channelConformance<D>(kind: string, start: () => Promise<ChannelFixture<D>>): void {
  describe(`conformance of channel ${kind}`, () => {
    test.for<[string, Partial<RenderedMessage>]>([
      ['letters of all scripts', { subject: 'Störung 災害 🚒', text: 'Größe ≥ 3 — “ok” 日本語 🚒\nпривет\n' }],
      ['lines that mean something to a protocol', { text: '.\n..\nFrom here\nQUIT\n\n.\nend' }],
      ['an empty text', { text: '' }],
      ['100 KB in one line', { text: 'abcdefgh'.repeat(12_500) }],
      ['100 KB in many lines', { text: 'a line of a report\n'.repeat(5300) }],
    ])('brings %s', async ([, fields]) => {
      await using fixture = await start();
      const message = rendered(fields);
      const { detail } = await fixture.channel.send(fixture.definition, message, effects());
      const [arrived] = await fixture.arrived();
      expect(arrived?.subject).toBe(message.subject);
      expect(arrived?.text.trimEnd()).toBe(message.text.trimEnd());
      expect(detail).not.toBe('');
    });

    test('keeps the subject one line, whatever is in it', async () => {
      await using fixture = await start();
      const subject = 'one\r\nBcc: all@example.org\r\n\r\nbody\u0000\u001B[31m\u2028two\u0085\t three';
      await fixture.channel.send(fixture.definition, rendered({ subject }), effects());
      const arrived = await fixture.arrived();
      expect(arrived.map((message) => message.subject)).toEqual(['one Bcc: all@example.org body [31m two three']);
      expect(arrived[0]?.text.trimEnd()).toBe(rendered().text);
    });

    test('brings messages that are sent at once, each whole', async () => {
      await using fixture = await start();
      const subjects = Array.from({ length: 20 }, (_, index) => `message ${String(index).padStart(2, '0')}`);
      const text = 'x'.repeat(20_000);
      await Promise.all(
        subjects.map((subject) =>
          fixture.channel.send(
            fixture.definition,
            rendered({ id: subject.replace(' ', '-'), subject, text }),
            effects(),
          ),
        ),
      );
      const arrived = await fixture.arrived();
      expect(arrived.map((message) => message.subject).toSorted()).toEqual(subjects);
      expect(new Set(arrived.map((message) => message.text.trimEnd()))).toEqual(new Set([text]));
    });

    test('reports a failure with a hint and without secrets', async () => {
      await using fixture = await start();
      const error = await fixture.channel.send(fixture.failing, rendered(), effects()).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ChannelError);
      if (!(error instanceof ChannelError)) return;
      expect(error.code).toBe('channel-failed');
      expect(error.hint).toMatch(/^[A-Z].*\.$/s);
      const shown = [error.message, error.hint, error.stack, JSON.stringify(error)].join('\n');
      expect(shown).not.toContain(fixture.password);
      expect(shown).not.toContain(encodeURIComponent(fixture.password));
      expect(error.cause).toBeUndefined();
    });

    test('does nothing when it is aborted before', async () => {
      await using fixture = await start();
      const reason = new Error('cancelled');
      const sent = fixture.channel.send(fixture.definition, rendered(), effects({ signal: AbortSignal.abort(reason) }));
      await expect(sent).rejects.toBe(reason);
      expect(await fixture.arrived()).toEqual([]);
    });

    test('stops waiting when it is aborted', async () => {
      await using fixture = await start();
      if (fixture.silent === undefined) return;
      const abort = new AbortController();
      const reason = new Error('cancelled');
      const clock = hurriedClock();
      const sent = fixture.channel.send(
        fixture.silent.definition,
        rendered(),
        effects({ signal: abort.signal, clock }),
      );
      await fixture.silent.reached;
      abort.abort(reason);
      await expect(sent).rejects.toBe(reason);
      expect(clock.pauses).toEqual([]);
    });
  });
}
