/** The letters that stand for roles in the usual format of a log line. */
const roleLetters: Readonly<Record<string, string>> = {
	primary: 'M',
	master: 'M',
	replica: 'S',
	slave: 'S',
	sentinel: 'X',
	'RDB/AOF': 'C',
};

/** The characters that stand for levels in the usual format of a log line. */
const levelMarks: Readonly<Record<string, string>> = {debug: '.', verbose: '-', notice: '*', warning: '#'};

/**
Converts a line of Valkey 9.1's `log-format json` or `logfmt` to the usual format: `4242:M 24 Nov 2026 11:22:33.123 *
words`. Both formats have pid, role, timestamp, level and message. Any other line is returned unchanged, such as a line
whose beginning is cut off.
*/
export function usualLogLine(line: string): string {
	const fields = line.startsWith('{') ? jsonFields(line) : line.startsWith('pid=') ? logfmtFields(line) : undefined;
	const {pid, role, timestamp, level, message} = fields ?? {};
	return pid === undefined || timestamp === undefined || message === undefined
		? line
		: `${pid}:${roleLetters[role ?? ''] ?? 'M'} ${timestamp} ${levelMarks[level ?? ''] ?? '*'} ${message}`;
}

type Fields = Readonly<Partial<Record<'pid' | 'role' | 'timestamp' | 'level' | 'message', string>>>;

function jsonFields(line: string): Fields | undefined {
	try {
		const parsed: unknown = JSON.parse(line);
		return typeof parsed === 'object' && parsed !== null
			? Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]))
			: undefined;
	} catch {
		return undefined;
	}
}

/**
Splits a line of logfmt into fields. Values with blanks are in quotes, in which a backslash escapes the next character.
*/
const logfmtFields = (line: string): Fields =>
	Object.fromEntries(
		[...line.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)].map(([, name = '', quoted, plain = '']) => [
			name,
			quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'),
		]),
	);
