/** Puts colour on text; without one, texts stay plain. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly bad: (text: string) => string;
}

export const plain: Paint = { good: (text) => text, doubtful: (text) => text, bad: (text) => text };

const tones: Readonly<Record<string, keyof Paint>> = {
  met: 'good',
  ok: 'good',
  succeeded: 'good',
  'at-risk': 'doubtful',
  overdue: 'doubtful',
  never: 'doubtful',
  partial: 'doubtful',
  interrupted: 'doubtful',
  violated: 'bad',
  failing: 'bad',
  failed: 'bad',
};

/** A verdict, state or status in its colour. */
export function painted(word: string, paint: Paint): string {
  const tone = tones[word];
  return tone === undefined ? word : paint[tone](word);
}
