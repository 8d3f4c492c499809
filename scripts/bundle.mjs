// The only settings of esbuild. The program and its tests are bundled with the same settings, so that the tested
// program equals the shipped one.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import {changePackages} from './change-packages.mjs';
import {linkProgram} from './link-program.mjs';
import {requireNodesOwn} from './require-nodes-own.mjs';

/**
An esbuild plugin that leaves out Ink's devtools, which Ink imports only in development. The settings below solve two
similar problems: `ink-table` reads the variable `DEV`, and CommonJS modules inside an ES module need a `require`.
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

/** An esbuild plugin that leaves the command line out of the entry file, as a file beside it. */
const startBesideIt = {
	name: 'start-beside-it',
	setup({onResolve}) {
		onResolve({filter: /^\.\/commands\/start\.js$/}, () => ({path: './start.cjs', external: true}));
	},
};

/**
Bundles `entryPoints` into `outdir` as split ES modules for Node 22.

@param {{entryPoints: string[] | Record<string, string>, outdir: string, isMinified?: boolean, isSplit?: boolean, external?: string[], define?: Record<string, string>}} options
*/
export const bundle = options => build(settings(options));

/** @returns {import('esbuild').BuildOptions} */
const settings = ({entryPoints, outdir, isMinified = false, isSplit = true, external = [], define = {}}) => ({
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
	plugins: [stubDevtools, changePackages, printHelpNow, requireNodesOwn],
	logLevel: 'warning',
	metafile: true,
});

/**
Bundles the program as it is shipped into `outdir`. The entry file and the command line are CommonJS modules; the other
parts are linked scripts. Code that several need is in each.
*/
export async function bundleProgram({outdir, version}) {
	const define = {'process.env.REDIS_TOP_VERSION': JSON.stringify(version)};
	const options = {outdir, isMinified: true, define};
	const {outputFiles, metafile} = await build({
		...settings({
			...options,
			entryPoints: {main: 'source/commands/main.ts'},
			// Scripts have no `import.meta`. The only use that remains is Ink's search for its devtools.
			define: {...define, 'import.meta.resolve': 'undefined'},
		}),
		banner: {},
		write: false,
	});
	const {files, table} = linkProgram(outputFiles, metafile);
	mkdirSync(outdir, {recursive: true});
	for (const [name, text] of files) {
		writeFileSync(path.join(outdir, name), text);
	}

	const commandLine = options => ({
		...settings({...options, outdir, isMinified: true, isSplit: false}),
		format: 'cjs',
		outExtension: {'.js': '.cjs'},
	});
	await build({
		...commandLine({
			entryPoints: {start: 'source/commands/start.ts'},
			define: {
				...define,
				'process.env.REDIS_TOP_LINK_TABLE': JSON.stringify(JSON.stringify(table)),
				'import.meta.url': '__url',
			},
		}),
		banner: {js: "const __url = require('node:url').pathToFileURL(__filename).href;"},
	});
	await build({
		...commandLine({entryPoints: {cli: 'source/cli.ts'}}),
		banner: {},
		// An old Node reads this file only.
		target: 'es2015',
		supported: {'dynamic-import': false},
		plugins: [startBesideIt],
	});
	await bundle({...options, entryPoints: {'demo-keeper': 'source/demo/keeper.ts'}, isSplit: false});
	await bundle({...options, entryPoints: {'demo-incident': 'source/demo/incidents/keeper.ts'}, isSplit: false});
	await bundle({...options, entryPoints: {'demo-fleet': 'source/demo/fleet/keeper.ts'}, isSplit: false});
	await bundle({...options, entryPoints: {'demo-simulated': 'source/demo/simulated/keeper.ts'}, isSplit: false});
}
