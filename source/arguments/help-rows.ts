/** The environment variables that redis-top reads, as `--help` and the documents print them. */
export const environmentRows: ReadonlyArray<readonly [name: string, meaning: string]> = [
	['REDIS_URL', 'the target when none is given'],
	['REDISCLI_AUTH', 'the password when none is given (or VALKEYCLI_AUTH)'],
	['NO_COLOR', 'no colour, unless it is empty'],
	['FORCE_COLOR', 'colour in spite of NO_COLOR; 0 for no colour'],
	['ACCESSIBLE', 'as --a11y (or INK_SCREEN_READER)'],
	['LC_ALL, LC_CTYPE, LANG', 'ASCII only, unless the first of them that is set names UTF-8'],
];
