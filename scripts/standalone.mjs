// Builds the standalone executable, which is redis-top and a Node in one file: `build/redis-top-PLATFORM-ARCHITECTURE`.
//
//   standalone.mjs [PLATFORM-ARCHITECTURE…]     without an argument: for this machine
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {bundle} from './bundle.mjs';
import {fetchNode, thisPlatform} from './fetch-node.mjs';

const root = path.resolve(import.meta.dirname, '..');

/**
The major version of the Node in the executable. It is the first version whose `--build-sea` accepts an ES module with
top-level await.
*/
const nodeMajor = 26;

/**
Builds the standalone executable for one platform.

@param {string} platform `linux-x64`, `linux-arm64`.
@param {{outdir?: string, version?: string}} options
@returns {Promise<string>} The executable's path.
@throws {Error} When the Node for the platform can't be fetched.
*/
export async function buildStandalone(platform, {outdir = path.join(root, 'build'), version} = {}) {
	const builder = await fetchNode(nodeMajor);
	const carrier = await fetchNode(nodeMajor, platform);
	const work = mkdtempSync(path.join(root, 'node_modules', '.standalone-'));
	try {
		await bundle({
			entryPoints: {'redis-top': path.join(root, 'source/standalone.ts')},
			outdir: work,
			isMinified: true,
			isSplit: false,
			define: {
				'process.env.REDIS_TOP_VERSION': JSON.stringify(version ?? packageVersion()),
				'process.env.REDIS_TOP_STANDALONE': '"true"',
			},
		});
		mkdirSync(outdir, {recursive: true});
		const output = path.join(outdir, `redis-top-${platform}`);
		const settings = {
			main: path.join(work, 'redis-top.js'),
			mainFormat: 'module',
			executable: carrier,
			output,
			disableExperimentalSEAWarning: true,
			// A code cache works only on the type of machine that made it.
			useCodeCache: platform === thisPlatform,
			// Users set NODE_OPTIONS for other programs. It must not change redis-top.
			execArgvExtension: 'none',
		};
		const settingsFile = path.join(work, 'sea.json');
		writeFileSync(settingsFile, JSON.stringify(settings));
		execFileSync(builder, ['--build-sea', settingsFile], {stdio: ['ignore', 'ignore', 'inherit']});
		return output;
	} finally {
		rmSync(work, {recursive: true, force: true});
	}
}

const packageVersion = () => JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	process.chdir(root);
	const platforms = process.argv.slice(2);
	for (const platform of platforms.length > 0 ? platforms : [thisPlatform]) {
		process.stdout.write(`${path.relative(root, await buildStandalone(platform))}\n`);
	}
}
