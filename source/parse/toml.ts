import {type AST, ParseError, parseTOML} from 'toml-eslint-parser';

export type TomlValue = string | number | boolean | readonly TomlValue[];

/**
One value of a TOML file, with its path and line. A table has no entry of its own: its name is part of the paths of the
values in it.
*/
export type TomlEntry = {
	/**
	The names of the tables and the key that lead to the value, without dots or quotes: `['profiles', 'prod', 'user']`.
	*/
	readonly path: readonly string[];
	readonly value: TomlValue;
	/** Line number in the file, from 1. */
	readonly line: number;
};

export type TomlReading =
	| {readonly entries: readonly TomlEntry[]; readonly tables: readonly Pick<TomlEntry, 'path' | 'line'>[]}
	| {readonly problem: string; readonly line: number};

/**
Parses a TOML 1.0 file to its values, each with its line. Never throws: invalid TOML returns a problem and its line.
*/
export function parseToml(text: string): TomlReading {
	try {
		const entries: TomlEntry[] = [];
		const tables: Pick<TomlEntry, 'path' | 'line'>[] = [];
		for (const node of parseTOML(text, {tomlVersion: '1.0'}).body[0].body) {
			if (node.type === 'TOMLTable') {
				tables.push({path: node.resolvedKey.map(String), line: node.loc.start.line});
				node.body.forEach(pair => {
					collect(pair, node.resolvedKey.map(String), entries);
				});
			} else {
				collect(node, [], entries);
			}
		}

		return {entries, tables};
	} catch (error) {
		const [problem, line] = error instanceof ParseError ? [error.message, error.lineNumber] : [String(error), 1];
		return {problem: `${problem.slice(0, 1).toLowerCase()}${problem.slice(1)}`, line};
	}
}

function collect({key, value}: AST.TOMLKeyValue, above: readonly string[], entries: TomlEntry[]): void {
	const path = [...above, ...key.keys.map(part => (part.type === 'TOMLBare' ? part.name : part.value))];
	if (value.type === 'TOMLInlineTable') {
		value.body.forEach(pair => {
			collect(pair, path, entries);
		});
	} else {
		entries.push({path, value: contentOf(value), line: key.loc.start.line});
	}
}

/**
Converts a parsed value. A table inside an array is not supported: it becomes an empty list. The code that reads the
entry reports it as unusable.
*/
function contentOf(node: AST.TOMLContentNode): TomlValue {
	switch (node.type) {
		case 'TOMLArray': {
			return node.elements.map(contentOf);
		}

		case 'TOMLInlineTable': {
			return [];
		}

		case 'TOMLValue': {
			return node.value instanceof Date ? node.value.toISOString() : node.value;
		}
	}
}
