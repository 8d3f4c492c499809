// What the bundle changes in packages. Each change is a few words of the package's text. The build fails when a package is
// no longer what the change was written for.
import {readFile} from 'node:fs/promises';
import path from 'node:path';

const ours = file => JSON.stringify(path.resolve('source/text', file));

/** Making a segmenter takes 10 ms, and five packages make one each when they are loaded. Ours is made when one is needed. */
const ourGraphemes = {
	from: /= new Intl\.Segmenter\([^)]*\);/,
	to: '= {segment: graphemesOf};',
	imports: `import {graphemesOf} from ${ours('graphemes.ts')};`,
};

/** redis-top makes plain connections only, and sends commands by `call` alone. */
const withoutSentinels = {
	from: /require\("\.\/(?:connectors\/)?SentinelConnector"\)/,
	to: '{}',
};

const changes = [
	// Ink's rows that are whole texts already are not laid out cell by cell (source/text/ink-frame-writer.ts).
	{
		file: 'ink/build/output.js',
		from: /export default class Output([\s\S]*)$/,
		to: (_, rest) => `class Output${rest}\nexport default passWholeRows(Output);`,
		imports: `import {passWholeRows} from ${ours('ink-frame-writer.ts')};`,
	},
	{
		file: 'ink/build/sanitize-ansi.js',
		from: 'export default sanitizeAnsi',
		to: 'export default passStyledText(sanitizeAnsi)',
		imports: `import {passStyledText} from ${ours('ink-frame-writer.ts')};`,
	},
	// Yoga would decode its own bytes with `fetch`. Node takes 29 ms to load that.
	{file: 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js', from: /"function"!=typeof fetch/g, to: 'true'},
	{file: 'ink/build/line-update.js', ...ourGraphemes},
	{file: 'wrap-ansi/index.js', ...ourGraphemes},
	{file: '@alcalzone/ansi-tokenize/build/tokenize.js', ...ourGraphemes},
	{file: 'string-width/index.js', ...ourGraphemes},
	// It asks for more than a list of graphemes.
	{
		file: 'slice-ansi/tokenize-ansi.js',
		from: /= (new Intl\.Segmenter\([^)]*\));/,
		to: '= {made: undefined, segment(text) {return (this.made ??= $1).segment(text);}};',
	},
	// A set of a thousand emoji takes 2 ms.
	{file: 'string-width/index.js', from: /= (\/\^\\p\{RGI_Emoji\}\$\/v);/, to: '= {test: text => $1.test(text)};'},
	// As a CommonJS module that requires Ink, it would make all of Ink's modules wait in functions, which load slower.
	{
		file: 'ink-table/dist/index.js',
		from: /^"use strict";([\s\S]*)const react_1 = .*\nconst ink_1 = .*\nconst object_hash_1 = .*\n([\s\S]*)$/,
		to: 'const exports = {};$1const react_1 = {default: React}, ink_1 = {Box, Text}, object_hash_1 = hash;\n$2\nexport default exports;',
		imports: `import React from 'react';\nimport {Box, Text} from 'ink';\nimport hash from 'object-hash';`,
	},
	// It lists all of OpenSSL's hashes to check a name, of which ink-table uses one: 4 ms.
	{file: 'object-hash/index.js', from: /crypto\.getHashes \? crypto\.getHashes\(\)\.slice\(\) : /, to: ''},
	{file: 'ioredis/built/index.js', from: /[\s\S]*/, to: 'exports.Redis = require("./Redis").default;'},
	{file: 'ioredis/built/Redis.js', from: 'require("./cluster")', to: '{}'},
	{file: 'ioredis/built/Redis.js', ...withoutSentinels},
	{file: 'ioredis/built/connectors/index.js', ...withoutSentinels},
	{file: 'ioredis/built/utils/index.js', from: 'require("../constants/TLSProfiles")', to: '{default: {}}'},
	{file: 'ioredis/built/utils/debug.js', from: 'require("debug")', to: '{default: () => () => {}}'},
	// Two methods for each of 400 commands take 13 ms. These are the ones that ioredis itself calls.
	{
		file: 'ioredis/built/utils/Commander.js',
		from: /commands_1\.list\.filter\([^;]*;/,
		to: '["auth", "client", "hello", "info", "psubscribe", "readonly", "select", "ssubscribe", "subscribe"];',
	},
];

/** An esbuild plugin that makes these changes, and has every package measure text by redis-top's function. */
export const changePackages = {
	name: 'change-packages',
	setup({onResolve, onLoad}) {
		// Layout and painting then agree, and box-drawing characters cost a look-up instead of a grapheme analysis.
		onResolve({filter: /^string-width$/}, ({importer}) =>
			importer.includes('/node_modules/') ? {path: path.resolve('source/text/terminal-width.ts')} : undefined,
		);
		for (const [file, ofFile] of Map.groupBy(changes, ({file}) => file)) {
			onLoad({filter: new RegExp(`/node_modules/${file}$`)}, async ({path: source}) => {
				const original = await readFile(source, 'utf8');
				return {contents: ofFile.reduce((text, change) => changed(text, change), original), loader: 'js'};
			});
		}
	},
};

function changed(text, {file, from, to, imports}) {
	const after = text.replace(from, to);
	if (after === text) {
		throw new Error(`${file} is not what it was: look at change-packages.mjs`);
	}

	return imports === undefined ? after : `${imports}\n${after}`;
}
