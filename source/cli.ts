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
	const {start} = await import('./commands/start.js');
	process.exitCode = await start(process.argv.slice(2), process.env);
}

export {};
