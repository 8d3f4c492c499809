/** Commands that run a script or a function. */
export const scriptCommands: ReadonlySet<string> = new Set([
	'eval',
	'evalsha',
	'eval_ro',
	'evalsha_ro',
	'fcall',
	'fcall_ro',
]);
