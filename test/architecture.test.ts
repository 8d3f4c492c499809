import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';

/** The order of the rooms, lowest first. A room imports from rooms below it and from itself. */
const floors: ReadonlyArray<readonly string[]> = [
	['domain'],
	['text'],
	['parse'],
	['derive'],
	['cluster'],
	['topology'],
	['rules'],
	['wire', 'host'],
	['poll', 'diagnose'],
	['record'],
	['state'],
	['actions', 'keys', 'terminal', 'metrics', 'prometheus'],
	['views', 'report', 'demo'],
	['arguments'],
	['config'],
	['app'],
	['commands'],
	// The entry files: cli.ts and standalone.ts.
	['entry'],
];

/** Pairs of rooms that don't import each other, although one is above the other. */
const separateRooms: ReadonlyArray<readonly [string, string]> = [['poll', 'state']];

/** The one exception: `keys` imports the catalogue of actions to describe them. */
const isExempt = (from: string, to: string): boolean =>
	roomOf(from) === 'keys' && to === 'source/actions/catalogue/catalogue.ts';

const entries = ['source/cli.ts', 'source/standalone.ts'];

function roomOf(file: string): string {
	const [, room = '', ...rest] = file.split('/');
	return rest.length > 0 ? room : entries.includes(file) ? 'entry' : 'root';
}

const floorOf = (file: string): number => floors.findIndex(rooms => rooms.includes(roomOf(file)));

/**
The fault of an import of `to` by `from`; undefined for an allowed import. Both are paths from the project's root.
*/
function edgeFault(from: string, to: string): string | undefined {
	const [here, there] = [roomOf(from), roomOf(to)];
	if (floorOf(from) === -1 || floorOf(to) === -1) {
		return `${from} → ${to}: a room that has no floor`;
	}

	if (here === there || isExempt(from, to)) {
		return undefined;
	}

	if (floorOf(to) > floorOf(from)) {
		return `${from} → ${to}: up`;
	}

	if (floorOf(to) === floorOf(from)) {
		return `${from} → ${to}: between rooms of one floor`;
	}

	const areSeparate = separateRooms.some(pair => pair.includes(here) && pair.includes(there));
	return areSeparate ? `${from} → ${to}: these two don't know each other` : undefined;
}

const withoutComments = (code: string): string =>
	code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');

/** The paths of all imports of a file: static imports, imports of types, imports for effects, and `import()`. */
function importsOf(code: string): string[] {
	const patterns = [
		/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
		/^\s*import\s*['"]([^'"]+)['"]/gm,
		/\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g,
		/\brequire\s*\(\s*['"]([^'"]+)['"]\s*\)/g,
	];
	const plain = withoutComments(code);
	return patterns.flatMap(pattern => [...plain.matchAll(pattern)].map(match => match[1] ?? ''));
}

const files = globSync('source/**/*.{ts,tsx}')
	.map(file => file.split(path.sep).join('/'))
	.filter(file => !file.endsWith('.d.ts'))
	.sort();
const codes = new Map(files.map(file => [file, readFileSync(file, 'utf8')]));
const edges = [...codes].flatMap(([from, code]) => importsOf(code).map(to => ({from, to})));

/** The source file of an import: `../domain/node.js` in source/state/x.ts → source/domain/node.ts. */
function resolved(from: string, to: string): string | undefined {
	const target = path.posix.join(path.posix.dirname(from), to.replace(/\.js$/, ''));
	return [`${target}.ts`, `${target}.tsx`, `${target}.d.ts`].find(file => codes.has(file));
}

test('which imports are allowed, and which are refused', () => {
	const stands = [
		['source/state/a.ts', 'source/domain/b.ts'],
		['source/state/a.ts', 'source/state/b.ts'],
		['source/wire/a.ts', 'source/parse/b.ts'],
		['source/views/panels/a.ts', 'source/views/b.ts'],
		['source/keys/a.ts', 'source/actions/catalogue/catalogue.ts'],
		['source/commands/main.ts', 'source/config/config.ts'],
		['source/cli.ts', 'source/commands/main.ts'],
	] as const;
	const falls = [
		['source/domain/a.ts', 'source/text/b.ts', 'up'],
		['source/parse/a.ts', 'source/derive/b.ts', 'up'],
		['source/wire/a.ts', 'source/host/b.ts', 'one floor'],
		['source/host/a.ts', 'source/wire/b.ts', 'one floor'],
		['source/state/a.ts', 'source/poll/b.ts', 'know each other'],
		['source/poll/a.ts', 'source/state/b.ts', 'up'],
		['source/keys/a.ts', 'source/actions/execute/guard.ts', 'one floor'],
		['source/actions/a.ts', 'source/keys/b.ts', 'one floor'],
		['source/terminal/a.ts', 'source/keys/b.ts', 'one floor'],
		['source/report/a.ts', 'source/views/b.ts', 'one floor'],
		['source/views/a.ts', 'source/commands/main.ts', 'up'],
		['source/commands/main.ts', 'source/cli.ts', 'up'],
		['source/attic/a.ts', 'source/domain/b.ts', 'no floor'],
	] as const;
	for (const [from, to] of stands) {
		assert.equal(edgeFault(from, to), undefined);
	}

	for (const [from, to, why] of falls) {
		assert.match(edgeFault(from, to) ?? 'nothing', new RegExp(why), `${from} → ${to}`);
	}
});

test('every kind of import is found, and an import in a comment is not', () => {
	const code = `
import a from './a.js';
import type {B} from "./b.js";
import {
	c,
	type D,
} from './c.js';
export {e} from './e.js';
export * from './f.js';
import './g.js';
// import h from './h.js';
/* import i from './i.js'; */
const j = await import('./j.js');
const k = require('./k.cjs');
const url = 'https://example.org'; export * from './l.js';
`;
	assert.deepEqual(
		importsOf(code).map(file => file.slice(2, 3)),
		['a', 'b', 'c', 'e', 'f', 'g', 'j', 'k'],
	);
});

test('imports point down: no room imports from a room above or beside it', () => {
	assert.ok(edges.length > 100, 'the imports were found');
	const faults = edges
		.filter(({to}) => to.startsWith('.'))
		.map(({from, to}) => {
			const target = resolved(from, to);
			return target === undefined && !to.endsWith('.d.ts')
				? `${from} → ${to}: no such file`
				: edgeFault(from, target ?? from);
		})
		.filter(fault => fault !== undefined);
	assert.deepEqual(faults, []);
});

/** The circles among files, each with its files, found by Tarjan's algorithm for strongly connected components. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
	const order = new Map<string, number>();
	const lowest = new Map<string, number>();
	const path: string[] = [];
	const circles: string[][] = [];
	const visit = (file: string): void => {
		order.set(file, order.size);
		lowest.set(file, order.size - 1);
		path.push(file);
		for (const next of graph.get(file) ?? []) {
			if (!order.has(next)) {
				visit(next);
			}

			if (path.includes(next)) {
				lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(next) ?? 0));
			}
		}

		if (lowest.get(file) === order.get(file)) {
			const circle = path.splice(path.indexOf(file));
			if (circle.length > 1) {
				circles.push(circle.sort());
			}
		}
	};

	for (const file of graph.keys()) {
		if (!order.has(file)) {
			visit(file);
		}
	}

	return circles;
}

test('a circle of files of any length is found, and a shared import is no circle', () => {
	const graph = (text: string) =>
		new Map(text.split(' ').map(line => [line.slice(0, 1), [...line.slice(1)]] as [string, string[]]));
	assert.deepEqual(circlesOf(graph('ab bc cd d')), []);
	assert.deepEqual(circlesOf(graph('abc bd cd d')), []);
	assert.deepEqual(circlesOf(graph('ab bc ca d')), [['a', 'b', 'c']]);
	assert.deepEqual(circlesOf(graph('ab ba cd dc')), [
		['a', 'b'],
		['c', 'd'],
	]);
});

test('no files import each other in a circle, not even for types', () => {
	const graph = new Map<string, string[]>(files.map(file => [file, []]));
	for (const {from, to} of edges) {
		const target = to.startsWith('.') ? resolved(from, to) : undefined;
		if (target !== undefined) {
			graph.get(from)?.push(target);
		}
	}

	assert.deepEqual(circlesOf(graph), []);
});

/** The files that run when a file is imported, without types and without what is imported later. */
function loadedWith(file: string): {readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string>} {
	const loaded = new Set([file]);
	const packages = new Set<string>();
	for (const from of loaded) {
		const code = withoutComments(codes.get(from) ?? '').replaceAll(/\bimport\([^)]*\)|^import type [^;]*;$/gm, '');
		for (const name of importsOf(code)) {
			const to = resolved(from, name);
			if (to === undefined) {
				packages.add(name);
			} else {
				loaded.add(to);
			}
		}
	}

	return {files: loaded, packages};
}

test('the first frame needs neither Ink nor React', () => {
	for (const file of ['source/commands/main.ts', 'source/commands/screen-commands.ts']) {
		const {packages} = loadedWith(file);
		assert.deepEqual(
			[...packages].filter(name => /^(?:ink|react|yoga)/.test(name)),
			[],
			file,
		);
	}

	assert.ok(loadedWith('source/commands/monitor-controls.ts').packages.has('ink'));
});

test('check and snapshot ask the servers before rules, store, views and reports are loaded', () => {
	const late = /^source\/(?:rules\/all-rules|state\/monitor-store|views\/|report\/)/;
	const lateFiles = (file: string) => [...loadedWith(file).files].filter(name => late.test(name));
	for (const file of ['source/commands/main.ts', 'source/commands/sampling.ts']) {
		assert.deepEqual(lateFiles(file), [], file);
	}

	assert.ok(lateFiles('source/commands/check.ts').includes('source/rules/all-rules.ts'));
});

test('what the command line alone decides loads no polling, rules, views or sockets', () => {
	const {files: loaded} = loadedWith('source/commands/start.ts');
	const rooms = new Set([...loaded].map(roomOf));
	assert.deepEqual([...rooms].sort(), ['app', 'arguments', 'commands', 'demo', 'domain', 'host', 'state', 'text']);
	const few = [...loaded].filter(file => ['app', 'demo', 'host', 'state'].includes(roomOf(file)));
	assert.deepEqual(few.sort(), [
		'source/app/compiled-folder.ts',
		'source/app/linked-program.ts',
		'source/demo/incidents/incident-names.ts',
		'source/demo/simulated/incident-names.ts',
		'source/host/home-folder.ts',
		'source/host/own-folders.ts',
		'source/state/panel-table.ts',
	]);
});

test('only the two entry files are at the root of source/', () => {
	assert.deepEqual(
		files.filter(file => file.split('/').length === 2),
		entries,
	);
});

/** The only files that may import a module. A comment gives the reason for each further file. */
const keepers: ReadonlyArray<readonly [module: RegExp, keeper: RegExp]> = [
	[/^(?:react|ink|ink-.*|react-.*|chalk)(?:\/|$)/, /^source\/views\//],
	[/^(?:ioredis|@ioredis\/.*|redis)(?:\/|$)/, /^source\/wire\/ioredis-port\.ts$/],
	[/^asciichart$/, /^source\/text\/chart\.ts$/],
	[/^string-width$/, /^source\/text\//],
	[/^meow$/, /^source\/arguments\/printed-help\.ts$/],
	// Sockets are opened in these rooms only. parse/target.ts imports isIPv6 of net, which only reads a text.
	// config/values.ts imports createSecureContext of tls, which checks a certificate and its key without connecting.
	[/^node:(?:net|tls)$/, /^source\/(?:(?:wire|host|demo)\/|parse\/target\.ts$|config\/values\.ts$)/],
	[/^node:(?:http|https)$/, /^source\/(?:wire\/http-client|metrics\/metrics-server|demo\/fleet\/generated-page)\.ts$/],
	[/^prom-client$/, /^source\/metrics\/metrics-page\.ts$/],
	[/^node:(?:http2|dgram)$/, /^$/],
	[/^node:child_process$/, /^source\/(?:host|demo)\//],
];

for (const [module, keeper] of keepers) {
	test(`${module} is imported by ${keeper} alone`, () => {
		const strays = edges.filter(({from, to}) => module.test(to) && !keeper.test(from));
		assert.deepEqual(strays, []);
	});
}

test('the two files that may use net and tls without opening a socket import one function each', () => {
	const taken = (file: string) => /import \{([^}]*)\} from 'node:(?:net|tls)'/.exec(codes.get(file) ?? '')?.[1];
	assert.equal(taken('source/parse/target.ts'), 'isIPv6');
	assert.equal(taken('source/config/values.ts'), 'createSecureContext');
});

test('node’s own modules are imported by their full names', () => {
	const short = /^(?:fs|net|tls|path|os|process|util|events|stream|child_process|crypto|url|timers)(?:\/|$)/;
	assert.deepEqual(
		edges.filter(({to}) => short.test(to)),
		[],
	);
});

/** Files that may read the time: the clock, and the servers and load of the demo, whose time no test controls. */
const timeReaders = /^source\/(?:domain\/clock\.ts$|demo\/)/;
const timeReading = /\bDate\.now\b|\bperformance\.now\b|\bnew Date\(\s*\)|\bprocess\.(?:hrtime|uptime)\b/;

test('time enters through the clock', () => {
	const readers = [...codes].filter(([, code]) => timeReading.test(withoutComments(code))).map(([file]) => file);
	assert.ok(readers.includes('source/domain/clock.ts'));
	assert.deepEqual(
		readers.filter(file => !timeReaders.test(file)),
		[],
	);
});

test('files are named in kebab-case, for the thing', () => {
	const vague = /^(?:utils?|helpers?|types?|common|misc|shared|lib|index)$/;
	for (const file of files) {
		const names = file.split('/').slice(1);
		for (const name of names.map(part => part.replace(/\.tsx?$/, ''))) {
			assert.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)*$/, file);
			assert.doesNotMatch(name, vague, file);
		}
	}
});

test('no file is longer than 400 lines', () => {
	const long = [...codes].map(([file, code]) => `${file}: ${code.split('\n').length - 1}`);
	assert.deepEqual(
		long.filter(line => Number(line.split(': ')[1]) > 400),
		[],
	);
});

test('no module has a default export, except the one that replaces a module with one', () => {
	assert.deepEqual(
		[...codes].filter(([, code]) => /^export default\b/m.test(code)).map(([file]) => file),
		['source/text/terminal-width.ts'],
	);
});

test('JSX is only in views/', () => {
	assert.deepEqual(
		files.filter(file => file.endsWith('.tsx') && !file.startsWith('source/views/')),
		[],
	);
});
