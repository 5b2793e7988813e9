import type { Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import type { Entry } from '../read/node.ts';

const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const maxLength = 100;

/** Reports a name that is not in kebab-case. */
export function checkName({ name, file, start, end }: Entry, problems: Problems): void {
  if (isName(name)) return;
  const proposal = toKebabCase(name);
  problems.error({
    code: 'bad-name',
    at: { file, start, end },
    message: `${quote(name)} is not a name: names are words of lower-case letters and digits, joined by hyphens`,
    hint: isName(proposal) ? `Write ${quote(proposal)}.` : 'Choose another name.',
  });
}

export function isName(text: string): boolean {
  return text.length <= maxLength && kebabCase.test(text);
}

function toKebabCase(text: string): string {
  const words = text
    .slice(0, maxLength)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
  return words.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}
