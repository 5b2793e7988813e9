import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import type { ScalarNode } from '../read/node.ts';

/** Checks cron expressions; the library is loaded at the first call. */
export async function checkCrons(nodes: readonly ScalarNode[], problems: Problems): Promise<void> {
  const { CronExpressionParser } = await import('cron-parser');
  // The seed makes `H` a fixed value for each expression, as when the schedule is worked out.
  const parse: Parse = (text) => CronExpressionParser.parse(text, { tz: 'UTC', currentDate: 0, hashSeed: text });
  const sound = new Set<unknown>();
  for (const node of nodes) {
    if (sound.has(node.value)) continue;
    const fault = faultOf(String(node.value), parse);
    if (fault === undefined) sound.add(node.value);
    else problems.error({ code: 'bad-cron', at: node, message: messageOf(node, fault), hint });
  }
}

type Parse = (text: string) => { next(): unknown };

const hint =
  'Write five fields, minute hour day month weekday (`0 3 * * 0`), or a word: `hourly`, `daily`, `weekly`, `monthly`, `quarterly`, `yearly`.';

/** Why it is no cron expression: empty when there is no more to say. */
function faultOf(text: string, parse: Parse): string | undefined {
  const fields = text.trim().split(/\s+/).length;
  if (text.length > 200 || fields < 5 || fields > 6) return '';
  try {
    parse(text).next();
    return undefined;
  } catch (error) {
    return error instanceof Error ? plain(error.message) : '';
  }
}

function messageOf(node: ScalarNode, fault: string): string {
  if (node.authored !== undefined) return `${quote(node.authored)} is not a cron expression`;
  const what = `${quote(String(node.value))} is not a cron expression`;
  return fault === '' ? what : `${what}: ${fault}`;
}

/** The library's own words, for people who do not know it. */
function plain(message: string): string {
  const range = /got value (\S+) expected range (\d+)-(\d+)/.exec(message);
  if (range) return `${range[1] ?? ''} is not within ${range[2] ?? ''} to ${range[3] ?? ''}`;
  if (message.includes('explicit day of month')) return 'that month never has that day';
  return message.charAt(0).toLowerCase() + message.slice(1);
}
