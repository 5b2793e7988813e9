import type { CheckGroup } from './case.ts';
import { absence } from './cases/absence.ts';
import { appendOnly } from './cases/append-only.ts';
import { content } from './cases/content.ts';
import { list } from './cases/list.ts';
import { locks } from './cases/locks.ts';
import { names } from './cases/names.ts';
import { putNew } from './cases/put-new.ts';
import { ranges } from './cases/ranges.ts';
import { together } from './cases/together.ts';
import { writer } from './cases/writer.ts';

/** Everything that an object store must do. */
export const checkGroups: readonly CheckGroup[] = [
  { name: 'put and get', cases: content },
  { name: 'ranges', cases: ranges },
  { name: 'what is not there', cases: absence },
  { name: 'putNew', cases: putNew },
  { name: 'writer', cases: writer },
  { name: 'list', cases: list },
  { name: 'names', cases: names },
  { name: 'several at once', cases: together },
  { name: 'locks', cases: locks },
  { name: 'append-only', cases: appendOnly },
];
