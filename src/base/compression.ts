/** How hard new data is compressed. Whoever reads it need not know. */
export type Compression = (typeof compressions)[number];

export const compressions = ['off', 'fast', 'default', 'best'] as const;
