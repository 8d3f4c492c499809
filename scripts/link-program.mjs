// Links the chunks (ES modules) that esbuild makes of the program into a few scripts, which
// `source/app/linked-program.ts` loads. Node's compile cache for modules lacks functions that are compiled only when
// they are first called. The code cache of a script has them. See docs/decisions/start-up-time.md.
import {createHash} from 'node:crypto';

/**
The scripts in the order in which the start of the program loads them, each with the entry points that need it. The first
has all that is needed until the servers are asked.
*/
const waves = [
	{script: 'program', entries: ['source/commands/main.ts', 'source/commands/sampling.ts']},
	{script: 'screen', entries: ['source/commands/screen-commands.ts']},
	{script: 'text', entries: ['source/commands/text-commands.ts']},
	{script: 'keys', entries: ['source/commands/monitor-controls.ts']},
];
/** The script with all chunks that both the screen and the other commands need. */
const commonScript = 'common';
/** The script with all chunks that the start of the program does not need. */
const lastScript = 'later';

const importsPattern = /^(?:import(?:\{[^}]*\}from)?"\.\/[^"]+";)*/;
const exportsPattern = /export\{([^}]*)\};?\s*$/;

/**
Links the output of one build of esbuild: minified ES modules, split into chunks, without a banner.

@param {{path: string, text: string}[]} outputFiles
@param {import('esbuild').Metafile} metafile
@returns {{files: Map<string, string>, table: {id: string, chunks: Record<string, string>}}} `files`: the text of each
script, by file name. `table`, for the loader: a hash of all scripts, and the name of each chunk's script.
@throws {Error} When a chunk has other imports or exports than esbuild writes today.
*/
export function linkProgram(outputFiles, metafile) {
	const chunks = new Map(outputFiles.map(({path: file, text}) => [baseName(file), chunkOf(baseName(file), text)]));
	const entries = new Map(
		Object.entries(metafile.outputs).flatMap(([file, {entryPoint}]) =>
			entryPoint === undefined ? [] : [[entryPoint, baseName(file)]],
		),
	);
	const reached = waves.map(wave => {
		const names = new Set();
		for (const entry of wave.entries) {
			reachedFrom(entries.get(entry), chunks, names);
		}

		return {script: wave.script, names};
	});
	const scriptOf = name => {
		const [first, second] = reached.filter(({names}) => names.has(name)).map(({script}) => script);
		return first === 'screen' && second === 'text' ? commonScript : (first ?? lastScript);
	};

	const table = Object.fromEntries([...chunks.keys()].map(name => [name, scriptOf(name)]));
	const files = new Map(
		[...waves.map(({script}) => script), commonScript, lastScript].map(script => {
			const own = [...chunks].filter(([name]) => table[name] === script);
			const rows = own.map(
				([name, {needs, code}]) => `${JSON.stringify(name)}:{needs:${JSON.stringify(needs)},run:${code}}`,
			);
			return [`${script}.js`, `"use strict";({${rows.join(',\n')}})\n`];
		}),
	);
	const id = createHash('sha256')
		.update([...files.values()].join(''))
		.digest('hex')
		.slice(0, 12);
	return {files, table: {id, chunks: table}};
}

const baseName = file => file.slice(file.lastIndexOf('/') + 1);

/** All chunks that a chunk needs before it runs, itself included. */
function reachedFrom(name, chunks, reached = new Set()) {
	if (!reached.has(name)) {
		reached.add(name);
		for (const need of chunks.get(name).needs) {
			reachedFrom(need, chunks, reached);
		}
	}

	return reached;
}

/**
Turns a chunk into a function. The function gets the exports of other chunks, and returns the chunk's own exports.
*/
function chunkOf(name, text) {
	const [head] = importsPattern.exec(text);
	const tail = exportsPattern.exec(text);
	const imports = [...head.matchAll(/import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/g)];
	const bindings = imports
		.filter(([, names]) => names !== undefined)
		.map(([, names, from]) => `const{${names.replaceAll(' as ', ':')}}=$chunks[${JSON.stringify(from)}];`);
	const exported = (tail?.[1] ?? '')
		.split(',')
		.filter(part => part !== '')
		.map(part => part.split(' as '))
		.map(([local, outside = local]) => `${outside}:${local}`);
	const body = text
		.slice(head.length, tail?.index)
		.replaceAll(/\bimport\("\.\/([^"]+)"\)/g, (_, to) => `$import(${JSON.stringify(to)})`)
		.replaceAll(/\bimport\("(node:[^"]+)"\)/g, (_, to) => `Promise.resolve(require(${JSON.stringify(to)}))`)
		.replaceAll('import.meta.url', '$url');
	const left = /(?:^|[;}])(?:import|export)[\s{*"]|(?<![$\w])import(?:\(|\.meta)/.exec(body);
	if (left !== null) {
		throw new Error(
			`${name} has an import or export that cannot be linked: ${body.slice(left.index, left.index + 60)}`,
		);
	}

	return {
		needs: imports.map(([, , from]) => from),
		code: `async(require,$url,$chunks,$import)=>{${bindings.join('')}${onlyAscii(body)}\nreturn{${exported.join(',')}}}`,
	};
}

/**
Escapes characters other than ASCII, because the scripts are read as bytes. esbuild leaves such characters only in
regular expressions.
*/
const onlyAscii = text =>
	text.replaceAll(/[^\0-\u007F]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
