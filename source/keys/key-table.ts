import {bindings} from './bindings.js';

/** The README's table of keys, in Markdown. A test compares it with the README. */
export function keyTableMarkdown(): string {
	const rows = bindings.map(({shown, description}) => {
		const keys = shown
			.split(' ')
			.map(key => `\`${key}\``)
			.join(' ');
		return `| ${keys} | ${description} |`;
	});
	return ['| key | what it does |', '|---|---|', ...rows].join('\n');
}
