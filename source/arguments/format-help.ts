/** The names of each command's formats, the default first: `{check: ['text', 'json'], ...}`. */
export type FormatNames = Readonly<Record<string, readonly string[]>>;

/** The names of all formats of all commands, as the help shows them: `text|json`. */
export const formatValue = (names: FormatNames): string => [...new Set(Object.values(names).flat())].join('|');

/** Names the formats that only some commands have: `prometheus: check`. Empty if all commands have the same formats. */
export function ownFormatsText(names: FormatNames): string {
	const lists = Object.entries(names);
	return [...new Set(lists.flatMap(([, list]) => list))]
		.map(name => [name, lists.flatMap(([command, list]) => (list.includes(name) ? [command] : []))] as const)
		.filter(([, commands]) => commands.length < lists.length)
		.map(([name, commands]) => `${name}: ${commands.join(', ')}`)
		.join('. ');
}
