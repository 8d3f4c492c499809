import {builtinModules, createRequire} from 'node:module';

const require = createRequire(import.meta.url);

/** Node's modules that take half a millisecond or more to load, and that a start without TLS doesn't need. */
const lateModules = new Set([
	'assert',
	'child_process',
	'crypto',
	'dns',
	'dns/promises',
	'fs/promises',
	'tls',
	'tty',
	'util',
	'v8',
	'zlib',
]);

/**
An esbuild plugin that loads Node's own modules with `require`. An `import` would make a list of all exports of a
module. For `util` alone, that loads a dozen other modules in 2 ms. The modules in `lateModules` are loaded only when
one of their exports is used.
*/
export const requireNodesOwn = {
	name: 'require-nodes-own',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^[a-z]/}, ({path: specifier, kind, importer, namespace}) => {
			const name = specifier.replace(/^node:/, '');
			if (importer === '' || !builtinModules.includes(name)) {
				return undefined;
			}

			if (namespace.startsWith('nodes-own')) {
				return {path: specifier, external: true};
			}

			if (kind === 'import-statement') {
				return {path: name, namespace: 'nodes-own', sideEffects: false};
			}

			return kind === 'require-call' && lateModules.has(name)
				? {path: name, namespace: 'nodes-own-required'}
				: undefined;
		});
		onLoad({filter: /.*/, namespace: 'nodes-own'}, ({path: name}) => ({contents: esModule(name), loader: 'js'}));
		onLoad({filter: /.*/, namespace: 'nodes-own-required'}, ({path: name}) => ({
			contents: `let loaded; const load = () => loaded ??= require('node:${name}'); module.exports = ${lateObject(name)};`,
			loader: 'js',
		}));
	},
};

/** The names of a module's exports that can be imported by name, without `default`. */
const namesOf = object => Object.keys(object).filter(key => /^[A-Za-z]\w*$/.test(key) && key !== 'default');

/**
The text of an ES module with all exports of one of Node's own modules. esbuild drops the exports that nobody imports.
*/
function esModule(name) {
	const names = namesOf(require(`node:${name}`));
	if (!lateModules.has(name)) {
		const exported = names.map(key => `export const ${key} = /* @__PURE__ */ (() => own.${key})();`);
		return [`const own = require('node:${name}');`, 'export default own;', ...exported].join('\n');
	}

	const exported = names.flatMap(key => {
		const value = require(`node:${name}`)[key];
		return typeof value === 'function'
			? `export const ${key} = ${lateFunction(value, `load().${key}`)};`
			: typeof value === 'object'
				? `export const ${key} = ${gettersOf(value, `load().${key}`)};`
				: [];
	});
	return [
		`let loaded; const load = () => loaded ??= require('node:${name}');`,
		...exported,
		`export default ${lateObject(name)};`,
	].join('\n');
}

/**
Code of an object that stands for a module, and loads the module at the first use. It is a function if the module is
one.
*/
function lateObject(name) {
	const own = require(`node:${name}`);
	return typeof own === 'function' ? lateFunction(own, 'load()') : gettersOf(own, 'load()');
}

/**
Code of a function that stands for a function or class of a module, and loads the module at the first call. It has the
same properties, such as those that `promisify` looks for.
*/
const lateFunction = (own, loaded) =>
	`/* @__PURE__ */ (() => Object.defineProperties(function (...given) {return new.target ? new (${loaded})(...given) : ${loaded}(...given);}, Object.getOwnPropertyDescriptors(${gettersOf(own, loaded)})))()`;

function gettersOf(own, loaded) {
	const names = namesOf(own).map(key => `get ${key}() {return ${loaded}.${key};}`);
	const symbols = Object.getOwnPropertySymbols(own)
		.map(symbol => Symbol.keyFor(symbol))
		.filter(key => key !== undefined)
		.map(key => `get [Symbol.for('${key}')]() {return ${loaded}[Symbol.for('${key}')];}`);
	return `{${[...names, ...symbols].join(', ')}}`;
}
