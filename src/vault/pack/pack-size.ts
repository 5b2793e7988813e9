/** A pack with this much is full. */
export const packSize = 2 ** 24;
