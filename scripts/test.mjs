// Runs the tests: `test.mjs [FILE…]`, all of test/ without one.
//
//   --unit         only those that need no server, no terminal and no build of the program; under a minute
//   --standalone   the end-to-end tests, on the standalone executable
//
// An entry file that any Node can read. Everything behind it needs Node 22, which `npm ci` brings along.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const isNewEnough = Number(process.versions.node.split('.')[0]) >= 22;
const script = fileURLToPath(import.meta.url);
const binaries = path.resolve(path.dirname(script), '..', 'node_modules', '.bin');
const ownNode = path.join(binaries, 'node');

if (isNewEnough) {
	await import('./run-tests.mjs');
} else if (existsSync(ownNode)) {
	const {status} = spawnSync(ownNode, [script, ...process.argv.slice(2)], {
		stdio: 'inherit',
		// As under npm: a `node` that a test starts is the same one.
		env: {...process.env, PATH: [binaries, process.env.PATH].join(path.delimiter)},
	});
	process.exitCode = status ?? 1;
} else {
	process.stderr.write(`the tests need Node 22, this is ${process.version}: \`npm ci\` brings one\n`);
	process.exitCode = 69;
}
