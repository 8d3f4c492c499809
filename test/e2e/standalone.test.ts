import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {thisPlatform} from '../../scripts/fetch-node.mjs';
import {programVersion} from '../harness/program.js';
import {openPty} from '../harness/pty.js';
import {at, folderFor, serverFor} from './monitor.js';

type Build = (platform: string, options: Readonly<Record<string, string>>) => Promise<string>;

/**
Imports a function of a build script. The path is computed, because the tests' bundler would otherwise bundle the
bundler.
*/
async function script(file: string, name: string): Promise<Build> {
	const module = (await import(pathToFileURL(path.resolve('scripts', file)).href)) as Readonly<Record<string, Build>>;
	const build = module[name];
	assert.ok(build);
	return build;
}

async function builtExecutable(t: TestContext): Promise<string> {
	const buildStandalone = await script('standalone.mjs', 'buildStandalone');
	return buildStandalone(thisPlatform, {outdir: folderFor(t), version: programVersion});
}

/** A root folder with nothing but the executable and the C library that it is linked with. */
function bareRoot(t: TestContext, executable: string): string {
	const root = folderFor(t);
	copyFileSync(executable, path.join(root, 'redis-top'));
	const libraries = execFileSync('ldd', [executable], {encoding: 'utf8'}).match(/\/\S+/g) ?? [];
	assert.ok(libraries.length > 0);
	for (const library of libraries) {
		const copy = path.join(root, library);
		mkdirSync(path.dirname(copy), {recursive: true});
		copyFileSync(library, copy);
	}

	return root;
}

/** Fails unless the Debian package has the same executable, its manual page, completions and units, all owned by root. */
async function assertDebianPackage(t: TestContext, executable: string): Promise<void> {
	const buildDebianPackage = await script('debian-package.mjs', 'buildDebianPackage');
	const file = await buildDebianPackage(thisPlatform, {outdir: folderFor(t), executable, compression: 'none'});
	const contents = execFileSync('dpkg-deb', ['--contents', file], {encoding: 'utf8'});
	assert.match(contents, /^-rwxr-xr-x root\/root .* \.\/usr\/bin\/redis-top$/m);
	for (const name of ['man/man1/redis-top.1.gz', 'bash-completion/completions/redis-top', 'doc/redis-top/copyright']) {
		assert.match(contents, new RegExp(`^-rw-r--r-- root/root .* \\./usr/share/${name}$`, 'm'));
	}

	for (const name of ['redis-top-watch', 'redis-top-record']) {
		assert.match(contents, new RegExp(`^-rw-r--r-- root/root .* \\./usr/lib/systemd/system/${name}\\.service$`, 'm'));
	}

	const installed = folderFor(t);
	execFileSync('dpkg-deb', ['--extract', file, installed]);
	const version = execFileSync(path.join(installed, 'usr/bin/redis-top'), ['--version'], {encoding: 'utf8'});
	assert.equal(version, `redis-top ${programVersion}\n`);
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/unshare');

test('the executable runs on a host without Node, without HOME and with a read-only disk', {
	skip: canMount ? false : 'needs root, for a root folder of its own',
}, async t => {
	const executable = await builtExecutable(t);
	await assertDebianPackage(t, executable);
	const root = bareRoot(t, executable);
	const server = await serverFor(t);
	const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec chroot "$0" /redis-top "$@"';
	const inRoot = (...args: readonly string[]) => ['--mount', '/bin/sh', '-c', script, root, ...args];
	const env = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TERM: 'xterm-256color', LANG: 'C.UTF-8'};
	const ran = (...args: readonly string[]): string =>
		execFileSync('unshare', inRoot(...args), {encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe']});
	assert.equal(ran('--version'), `redis-top ${programVersion}\n`);
	assert.equal(JSON.parse(ran('snapshot', '--json', ...at(server))).nodes[0].state, 'up');
	const gone = Object.fromEntries(Object.keys(process.env).map(name => [name, undefined]));
	const screen = await openPty({file: 'unshare', args: inRoot(...at(server)), env: {...gone, ...env}});
	try {
		await screen.waitFor(/ok .*answers/);
		screen.press('2');
		await screen.waitFor(/2 Memory/);
		screen.press('q');
		assert.equal((await screen.exited).code, 0);
	} finally {
		await screen.dispose();
	}
});
