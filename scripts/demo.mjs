// Builds the program and opens it on a temporary deployment. If the PATH has no server program, one is fetched.
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {ensureServer} from './fetch-servers.mjs';

const root = path.resolve(import.meta.dirname, '..');
try {
	const server = await ensureServer();
	const environment = {...process.env, REDIS_TOP_SERVER: server};
	const build = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs')], {stdio: 'inherit'});
	if (build.status !== 0) {
		process.exit(build.status ?? 1);
	}

	// Signals go to the whole foreground process group. This process only waits and passes the exit code on.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(signal, () => {});
	}

	const arguments_ = [path.join(root, 'dist/cli.cjs'), 'demo', ...process.argv.slice(2)];
	const {status} = spawnSync(process.execPath, arguments_, {stdio: 'inherit', env: environment});
	process.exit(status ?? 1);
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(69);
}
