/** A quoted part of a shell command, which is one argument whatever it contains. */
const quotedPart = /'[^']*'|"(?:\\.|[^"\\])*"|\\./y;

/** Splits at a separator outside of quotes. `||` is no pipe. */
function splitOutside(text: string, separator: '|' | ';' | '#'): string[] {
	const parts: string[] = [];
	let [from, at] = [0, 0];
	while (at < text.length) {
		quotedPart.lastIndex = at;
		const quoted = quotedPart.exec(text);
		if (quoted !== null) {
			at += quoted[0].length;
		} else if (separator === '|' && text.startsWith('||', at)) {
			at += 2;
		} else if (text[at] === separator && (separator !== '#' || text[at - 1] === ' ')) {
			parts.push(text.slice(from, at));
			from = at + 1;
			at += 1;
		} else {
			at += 1;
		}
	}

	return [...parts, text.slice(from)];
}

/** One pipeline with each later command reading the earlier ones: `b < <(a)` for `a | b`. */
const nested = (pipeline: string): string =>
	splitOutside(pipeline, '|')
		.map(command => command.trim())
		.reduce((before, command) => `${command} < <(${before})`);

/**
A shell command without the pipes that `check` may not print: a process substitution passes the output in their place. It
does the same in bash, zsh and ksh. The comment at its end stays.
*/
export function withoutPipes(command: string): string {
	const [code = '', ...comment] = splitOutside(command, '#');
	if (splitOutside(code, '|').length === 1) {
		return command;
	}

	const space = /\s*$/.exec(code)?.[0] ?? '';
	const lists = splitOutside(code.trimEnd(), ';').map(part => nested(part.trim()));
	return [`${lists.join('; ')}${space}`, ...comment].join('#');
}
