/** A box that gets no key for so long closes, milliseconds. */
export const expiresAfterMs = 30_000;

/**
Keys that arrive so soon after a box opened, or after its last phrase was typed, were meant for what stood there before:
they are dropped. Milliseconds; terminal.md B2.
*/
export const deadTimeMs = 300;
