let holders = 0;

/**
 * While a lock is held, SIGHUP must not end the process: `restic unlock` and `restic check` send it to the process that
 * a lock names, to learn whether it lives. restic itself ignores it for the same reason.
 */
export function ignoreHangUp(): void {
  holders += 1;
  if (holders === 1) process.on('SIGHUP', nothing);
}

/** Ends one `ignoreHangUp`. */
export function heedHangUp(): void {
  holders -= 1;
  if (holders === 0) process.off('SIGHUP', nothing);
}

function nothing(): void {
  // That a handler is there is enough.
}
