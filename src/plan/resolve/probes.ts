import type { ExpressionPlace } from '../expression.ts';
import type { Probe, ProbeQuestion } from '../model/runbook.ts';
import { quote } from '../quote.ts';
import { child, entriesOf, type Entry, type Node } from '../read/node.ts';
import { commandOf } from './command.ts';
import { namedOf } from './common.ts';
import type { Scope } from './scope.ts';
import { expressionOf } from './texts.ts';
import { authoredText, durationOf, numberOf, pathOf, positiveDurationOf, textOf } from './values.ts';

const defaultTimeout = 10_000;
const defaultInterval = 30_000;

export function probeOf(entry: Entry, scope: Scope): Probe {
  const { value } = entry;
  const question = questionOf(value, scope);
  const place: ExpressionPlace = `probe-${question.kind}`;
  return {
    ...namedOf(entry),
    question,
    expect: expressionOf(child(value, 'expect'), scope, { place }),
    timeout: positiveDurationOf(child(value, 'timeout'), scope) ?? defaultTimeout,
    interval: durationOf(child(value, 'interval'), scope) ?? defaultInterval,
    failures: numberOf(child(value, 'failures')) ?? 1,
    successes: numberOf(child(value, 'successes')) ?? 1,
  };
}

function questionOf(probe: Node, scope: Scope): ProbeQuestion {
  const command = child(probe, 'command');
  if (command) return { kind: 'command', command: commandOf(command, scope, 'none') };
  const http = child(probe, 'http');
  if (http) return httpOf(http, scope);
  const tcp = child(probe, 'tcp');
  if (tcp) return tcpOf(tcp, scope);
  return { kind: 'file', path: pathOf(child(probe, 'file'), scope) ?? '' };
}

function httpOf(node: Node, scope: Scope): ProbeQuestion {
  const url = child(node, 'url');
  const text = textOf(url);
  if (url && text !== undefined && !/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''))
    scope.problems.error({
      code: 'bad-url',
      at: url,
      message: `${quote(authoredText(url))} is not a URL of the web`,
      hint: 'Write `https://host/path` or `http://host/path`.',
    });
  return {
    kind: 'http',
    url: text ?? '',
    method: textOf(child(node, 'method')) ?? 'GET',
    headers: headersOf(child(node, 'headers'), scope),
  };
}

function headersOf(node: Node | undefined, scope: Scope): Readonly<Record<string, string>> {
  const headers: [string, string][] = [];
  for (const entry of entriesOf(node)) {
    const value = textOf(entry.value) ?? '';
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(entry.name) || /[\r\n\0]/.test(value))
      scope.problems.error({
        code: 'bad-header',
        at: entry,
        message: `${quote(entry.name)} cannot be sent as a header`,
        hint: 'Use letters, digits and hyphens for the name, and a single line for the value.',
      });
    headers.push([entry.name, value]);
  }
  return Object.fromEntries(headers);
}

function tcpOf(node: Node, scope: Scope): ProbeQuestion {
  const text = textOf(node);
  if (text === undefined)
    return { kind: 'tcp', host: textOf(child(node, 'host')) ?? '', port: numberOf(child(node, 'port')) ?? 0 };
  const match = /^(?:\[([\da-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match && port >= 1 && port <= 65_535) return { kind: 'tcp', host: match[1] ?? match[2] ?? '', port };
  scope.problems.error({
    code: 'bad-address',
    at: node,
    message: `${quote(authoredText(node))} is not a host and a port`,
    hint: 'Write `host:port`: `db1.example.org:5432`, `[::1]:5432`.',
  });
  return { kind: 'tcp', host: '', port: 0 };
}
