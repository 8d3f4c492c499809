// Runs the tests. Usage: `test.mjs [FILE…]`; without a file, all tests in test/.
//
//   --unit         only tests that need no server, no terminal and no build of the program; under a minute
//   --standalone   the end-to-end tests, on the standalone executable
//
// Any version of Node can run this file. All other files need Node 22, which `npm ci` installs.
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
		// The PATH begins with the project's programs, as under npm. If a test starts `node`, it is then the project's
		// Node.
		env: {...process.env, PATH: [binaries, process.env.PATH].join(path.delimiter)},
	});
	process.exitCode = status ?? 1;
} else {
	process.stderr.write(`the tests need Node 22, this is ${process.version}: \`npm ci\` brings one\n`);
	process.exitCode = 69;
}
