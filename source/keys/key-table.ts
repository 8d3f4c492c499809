import {bindings} from './bindings.js';

/** The table of keys in docs/keys.md, in Markdown. A test compares this text with the file. */
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
