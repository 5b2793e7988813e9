import { readSync } from 'node:fs';
import type { EnteredFolder } from '../../base/capture.ts';
import { withFile } from './small-file.ts';

/** First bytes of a CACHEDIR.TAG, from the specification of cache directory tagging. */
const signature = 'Signature: 8a477f597d28d172789f06886806bc55';

/** Whether a folder is marked as a cache. A tag that cannot be read, or says something else, marks nothing. */
export function isCacheTag({ names, child }: EnteredFolder): boolean {
  if (!names.includes('CACHEDIR.TAG')) return false;
  const head = Buffer.alloc(signature.length);
  try {
    return withFile(child('CACHEDIR.TAG'), (fd) => readSync(fd, head) === head.length && head.equals(tag));
  } catch {
    return false;
  }
}

const tag = Buffer.from(signature);
