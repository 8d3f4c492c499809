// What `--help` and the documents print beside the flags.

/** Exit codes and what they mean. Source: sysexits.h for 64 to 77. */
export const exitCodes: ReadonlyArray<readonly [code: string, meaning: string]> = [
	['0', 'quit'],
	['64', 'usage: an unknown flag, a bad value, a target that is none'],
	['69', 'nothing could be reached (only without a terminal)'],
	['70', 'a bug in redis-top'],
	['77', 'a file that may not be read or written'],
	['128+n', 'ended by signal n'],
];

export const environmentRows: ReadonlyArray<readonly [name: string, meaning: string]> = [
	['REDIS_URL', 'the target when none is given'],
	['REDISCLI_AUTH', 'the password when none is given (or VALKEYCLI_AUTH)'],
	['NO_COLOR', 'no colour, unless it is empty'],
	['FORCE_COLOR', 'colour in spite of NO_COLOR; 0 for none'],
	['ACCESSIBLE', 'as --a11y (or INK_SCREEN_READER)'],
	['LC_ALL, LC_CTYPE, LANG', 'ASCII only unless the first that is set names UTF-8'],
];
