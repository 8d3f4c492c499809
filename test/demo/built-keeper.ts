import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {build} from 'esbuild';

/** Bundles two programs into a temporary folder: the keeper, and one that starts the demo and then keeps running. */
export async function buildKeeper() {
	const directory = mkdtempSync(path.join(tmpdir(), 'redis-top-keeper-'));
	await build({
		entryPoints: {'demo-keeper': 'source/demo/keeper.ts', parent: 'test/demo/demo-parent.ts'},
		outdir: directory,
		outExtension: {'.js': '.mjs'},
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node22',
		logLevel: 'warning',
	});
	return {
		keeperFile: path.join(directory, 'demo-keeper.mjs'),
		parentFile: path.join(directory, 'parent.mjs'),
		remove: () => rmSync(directory, {recursive: true, force: true}),
	};
}
