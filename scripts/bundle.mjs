// The only settings of esbuild. The program and its tests are bundled with the same ones, so that the tested program is
// the shipped one.
import {mkdtempSync, rmSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {builtinModules} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
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
An esbuild plugin that lays out `--help` while the program is bundled. The text is always the same, and loading meow
takes half as long as Node itself.
*/
const printHelpNow = {
	name: 'print-help-now',
	setup({onLoad}) {
		onLoad({filter: /\/source\/arguments\/printed-help\.ts$/}, async ({path: source}) => {
			const work = mkdtempSync(path.resolve('node_modules', '.help-'));
			try {
				const outfile = path.join(work, 'help.mjs');
				await build({
					entryPoints: [source],
					outfile,
					bundle: true,
					format: 'esm',
					platform: 'node',
					packages: 'external',
				});
				const {printedHelp} = await import(pathToFileURL(outfile).href);
				return {contents: `export const printedHelp = ${JSON.stringify(printedHelp)};`, loader: 'js'};
			} finally {
				rmSync(work, {recursive: true, force: true});
			}
		});
	},
};

/**
An esbuild plugin that loads Node's own modules with `require`. An `import` makes a list of all exports of a module,
which for `util` alone loads a dozen other modules in 2 ms. The modules in `lazyModules` are loaded only when one of
their exports is used.
*/
const requireNodesOwn = {
	name: 'require-nodes-own',
	setup({onResolve, onLoad}) {
		const isNodesOwn = name => builtinModules.includes(name.replace(/^node:/, ''));
		onResolve({filter: /^[a-z]/}, ({path: name, kind, importer, namespace}) => {
			if (namespace === 'nodes-own') {
				return {path: name, external: true};
			}

			const isStatic =
				kind === 'import-statement' || (kind === 'require-call' && lazyModules.has(name.replace(/^node:/, '')));
			return isStatic && isNodesOwn(name) && importer !== ''
				? {path: name.replace(/^node:/, ''), namespace: 'nodes-own', sideEffects: false}
				: undefined;
		});
		onLoad({filter: /.*/, namespace: 'nodes-own'}, async ({path: name}) => ({
			contents: lazyModules.has(name)
				? lazyModule(name, Object.keys(await import(`node:${name}`)))
				: `module.exports = require('node:${name}')`,
			loader: 'js',
		}));
	},
};

/** Node's modules that take half a millisecond or more to load, and that a start without TLS doesn't need. */
const lazyModules = new Set(['child_process', 'crypto', 'dns', 'tls', 'util', 'zlib']);

const lazyModule = (name, exported) =>
	`let loaded; const load = () => loaded ??= require('node:${name}'); module.exports = {${exported
		.filter(key => key !== 'default' && key !== 'module.exports')
		.map(key => `get ${key}() {return load().${key}}`)
		.join(',')}}`;

/**
Bundles `entryPoints` into `outdir` as split ES modules for Node 22.

@param {{entryPoints: string[] | Record<string, string>, outdir: string, isMinified?: boolean, isSplit?: boolean, external?: string[], define?: Record<string, string>, plugins?: import('esbuild').Plugin[]}} options
*/
export const bundle = ({
	entryPoints,
	outdir,
	isMinified = false,
	isSplit = true,
	external = [],
	define = {},
	plugins = [],
}) =>
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
		plugins: [stubDevtools, quickenInk, printHelpNow, requireNodesOwn, ...plugins],
		logLevel: 'warning',
		metafile: true,
	});

/**
Bundles the program as it is shipped into `outdir`. `cli.js` holds all code that reads the command line, because each
further file makes a start take longer.
*/
export async function bundleProgram({outdir, version}) {
	const define = {'process.env.REDIS_TOP_VERSION': JSON.stringify(version)};
	const mainApart = {
		name: 'main-apart',
		setup({onResolve}) {
			onResolve({filter: /\/(?:main|compile-cache)\.js$/}, ({path: file, kind}) =>
				kind === 'dynamic-import' ? {path: `./${path.basename(file)}`, external: true} : undefined,
			);
		},
	};
	await bundle({
		entryPoints: {
			main: 'source/commands/main.ts',
			'compile-cache': 'source/app/compile-cache.ts',
			'demo-keeper': 'source/demo/keeper.ts',
			'demo-simulated': 'source/demo/simulated/keeper.ts',
		},
		outdir,
		isMinified: true,
		define,
	});
	await bundle({entryPoints: {cli: 'source/cli.ts'}, outdir, isMinified: true, define, plugins: [mainApart]});
}
