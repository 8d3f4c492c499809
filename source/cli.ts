#!/usr/bin/env node
// The entry file. It has only syntax that every version of Node can run. An old Node therefore prints one line instead
// of syntax errors.
const oldestNode = 22;
const major = Number(process.versions.node.split('.')[0]);
if (major < oldestNode) {
	process.stderr.write(
		`redis-top needs Node ${oldestNode} or newer, this is ${process.versions.node}: install a newer Node, or use the standalone executable\n`,
	);
	process.exitCode = 69;
} else {
	// The build makes this file a CommonJS module, because Node loads its ES modules 4 ms later. Such a module has no
	// `await` at its top level.
	void import('./commands/start.js')
		.then(({start}) => start(process.argv.slice(2), process.env))
		.then(exitCode => {
			process.exitCode = exitCode;
		});
}

export {};
