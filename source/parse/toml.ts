import {type AST, ParseError, parseTOML} from 'toml-eslint-parser';

export type TomlValue = string | number | boolean | readonly TomlValue[];

/** One value of a TOML file, with its place. Tables are no entries: their names stand in the paths. */
export type TomlEntry = {
	/** Without dots or quotes: `['profiles', 'prod', 'user']`. */
	readonly path: readonly string[];
	readonly value: TomlValue;
	/** From 1. */
	readonly line: number;
};

export type TomlReading =
	| {readonly entries: readonly TomlEntry[]; readonly tables: readonly Pick<TomlEntry, 'path' | 'line'>[]}
	| {readonly problem: string; readonly line: number};

/** Takes a TOML 1.0 file apart, each value with its line. What is no TOML comes back as a problem, never an exception. */
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

/** A table inside an array has no use here and is shown as its own text would be: unusable, for the reader to name. */
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
