// The only settings of esbuild. The program and its tests are bundled with the same ones, so that the tested program is
// the shipped one.
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';

/**
An esbuild plugin for two CommonJS traps. Ink imports its devtools only in development, and `ink-table` reads `DEV`.
Both are decided while bundling. CommonJS modules inside an ES module also get a `require`.
*/
const stubDevtools = {
	name: 'stub-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^react-devtools-core$|devtools\.js$/}, ({path, importer}) =>
			path === 'react-devtools-core' || importer.includes('/ink/') ? {path: 'devtools', namespace: 'stub'} : undefined,
		);
		onLoad({filter: /.*/, namespace: 'stub'}, () => ({contents: 'export default {}', loader: 'js'}));
	},
};

const wholeRows = JSON.stringify(path.resolve('source/text/ink-frame-writer.ts'));

const changedSources = [
	{
		file: 'ink/build/output.js',
		change: text =>
			`import {passWholeRows} from ${wholeRows};\n${text.replace('export default class Output', 'class Output')}\nexport default passWholeRows(Output);`,
	},
	{
		file: 'ink/build/sanitize-ansi.js',
		change: text =>
			`import {passStyledText} from ${wholeRows};\n${text.replace('export default sanitizeAnsi', 'export default passStyledText(sanitizeAnsi)')}`,
	},
	// Yoga would decode its own bytes with `fetch`. Node takes 29 ms to load that, an eighth of the time to the first
	// frame.
	{
		file: 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js',
		change: text => text.replaceAll('"function"!=typeof fetch', 'true'),
	},
];

/**
An esbuild plugin that makes Ink faster. Ink measures text by redis-top's function, so that layout and painting agree.
The box-drawing characters of the screen then cost a look-up instead of a grapheme analysis. Rows that are whole texts
already are not laid out cell by cell (`source/text/ink-frame-writer.ts`). A frame at 120×40 then takes less than half
the time.
*/
const quickenInk = {
	name: 'quicken-ink',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^string-width$/}, ({importer}) =>
			importer.includes('/node_modules/') ? {path: path.resolve('source/text/terminal-width.ts')} : undefined,
		);
		for (const {file, change} of changedSources) {
			onLoad({filter: new RegExp(`/node_modules/${file}$`)}, async ({path: source}) => {
				const original = await readFile(source, 'utf8');
				const contents = change(original);
				if (contents === original) {
					throw new Error(`${file} is not what it was: look at quickenInk`);
				}

				return {contents, loader: 'js'};
			});
		}
	},
};

/**
Bundles `entryPoints` into `outdir` as split ES modules for Node 22.

@param {{entryPoints: string[] | Record<string, string>, outdir: string, isMinified?: boolean, isSplit?: boolean, external?: string[], define?: Record<string, string>}} options
*/
export const bundle = ({entryPoints, outdir, isMinified = false, isSplit = true, external = [], define = {}}) =>
	build({
		entryPoints,
		outdir,
		bundle: true,
		splitting: isSplit,
		format: 'esm',
		platform: 'node',
		target: 'node22',
		// Node 22 has these features of regular expressions. Otherwise esbuild would turn the expressions into strings,
		// which are compiled at the start in 15 ms.
		supported: {'regexp-set-notation': true, 'regexp-unicode-property-escapes': true},
		outExtension: {'.js': '.js'},
		minify: isMinified,
		legalComments: 'none',
		sourcemap: isMinified ? false : 'inline',
		sourcesContent: false,
		external,
		define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', ...define},
		banner: {
			js: "import {createRequire as __createRequire} from 'node:module'; const require = __createRequire(import.meta.url);",
		},
		plugins: [stubDevtools, quickenInk],
		logLevel: 'warning',
		metafile: true,
	});
