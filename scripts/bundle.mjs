// The one set of esbuild settings, for the program and for its tests, so that the tested program is the shipped one.
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';

/**
Ink reaches its devtools only in development; `ink-table` is CommonJS that asks for `DEV`. Both are settled here, and
a `require` is given to what is CommonJS inside an ES module.
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
	// Yoga would decode its own bytes by `fetch`. Node takes 29 ms to load that, an eighth of the way to the first frame.
	{
		file: 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js',
		change: text => text.replaceAll('"function"!=typeof fetch', 'true'),
	},
];

/**
Ink measures text by our function, so that layout and painting agree. The box-drawing characters of our screens then cost
a look-up instead of a grapheme analysis. Rows that are whole texts already are not laid out cell by cell
(`source/text/ink-frame-writer.ts`): a frame at 120×40 takes less than half the time.
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
		// It has them; as strings they would all be compiled at the start, 15 ms.
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
