// The changes that the bundle makes to packages. Each change replaces a few words of a package's text. The build fails
// when a package no longer contains the text that a change was written for.
import {readFile} from 'node:fs/promises';
import path from 'node:path';

const ours = file => JSON.stringify(path.resolve('source/text', file));

/**
Making an `Intl.Segmenter` takes 10 ms, and five packages make one each while they are loaded. They get redis-top's
function instead, which makes a segmenter at its first use.
*/
const ourGraphemes = {
	from: /= new Intl\.Segmenter\([^)]*\);/,
	to: '= {segment: graphemesOf};',
	imports: `import {graphemesOf} from ${ours('graphemes.ts')};`,
};

/**
Leaves out ioredis' support for Sentinels. redis-top makes plain connections only, and sends commands only by `call`.
*/
const withoutSentinels = {
	from: /require\("\.\/(?:connectors\/)?SentinelConnector"\)/,
	to: '{}',
};

const changes = [
	// Some rows of Ink are complete texts already. They are not laid out cell by cell (source/text/ink-frame-writer.ts).
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
	// Yoga would decode its own bytes with `fetch`, which Node takes 29 ms to load.
	{file: 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js', from: /"function"!=typeof fetch/g, to: 'true'},
	{file: 'ink/build/line-update.js', ...ourGraphemes},
	{file: 'wrap-ansi/index.js', ...ourGraphemes},
	{file: '@alcalzone/ansi-tokenize/build/tokenize.js', ...ourGraphemes},
	{file: 'string-width/index.js', ...ourGraphemes},
	// This package needs more of a segmenter than a list of graphemes, so a real segmenter is made at its first use.
	{
		file: 'slice-ansi/tokenize-ansi.js',
		from: /= (new Intl\.Segmenter\([^)]*\));/,
		to: '= {made: undefined, segment(text) {return (this.made ??= $1).segment(text);}};',
	},
	// V8 takes 2 ms to compile this expression with its set of a thousand emoji, so it is compiled at its first use.
	{file: 'string-width/index.js', from: /= (\/\^\\p\{RGI_Emoji\}\$\/v);/, to: '= {test: text => $1.test(text)};'},
	// ink-table is a CommonJS module that requires Ink. For that, esbuild would wrap all of Ink's modules in functions,
	// which load slower.
	{
		file: 'ink-table/dist/index.js',
		from: /^"use strict";([\s\S]*)const react_1 = .*\nconst ink_1 = .*\nconst object_hash_1 = .*\n([\s\S]*)$/,
		to: 'const exports = {};$1const react_1 = {default: React}, ink_1 = {Box, Text}, object_hash_1 = hash;\n$2\nexport default exports;',
		imports: `import React from 'react';\nimport {Box, Text} from 'ink';\nimport hash from 'object-hash';`,
	},
	// To check the name of a hash, object-hash lists all hashes of OpenSSL, which takes 4 ms. ink-table uses only one
	// hash.
	{file: 'object-hash/index.js', from: /crypto\.getHashes \? crypto\.getHashes\(\)\.slice\(\) : /, to: ''},
	{file: 'ioredis/built/index.js', from: /[\s\S]*/, to: 'exports.Redis = require("./Redis").default;'},
	{file: 'ioredis/built/Redis.js', from: 'require("./cluster")', to: '{}'},
	{file: 'ioredis/built/Redis.js', ...withoutSentinels},
	{file: 'ioredis/built/connectors/index.js', ...withoutSentinels},
	{file: 'ioredis/built/utils/index.js', from: 'require("../constants/TLSProfiles")', to: '{default: {}}'},
	{file: 'ioredis/built/utils/debug.js', from: 'require("debug")', to: '{default: () => () => {}}'},
	// ioredis makes two methods for each of 400 commands, which takes 13 ms. Only the commands that ioredis itself sends
	// get methods.
	{
		file: 'ioredis/built/utils/Commander.js',
		from: /commands_1\.list\.filter\([^;]*;/,
		to: '["auth", "client", "hello", "info", "psubscribe", "readonly", "select", "ssubscribe", "subscribe"];',
	},
];

/**
An esbuild plugin that makes these changes, and lets every package measure the width of text by redis-top's function.
*/
export const changePackages = {
	name: 'change-packages',
	setup({onResolve, onLoad}) {
		// Ink's layout and redis-top's painting then agree on widths. Box-drawing characters cost a look-up instead of a
		// grapheme analysis.
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
