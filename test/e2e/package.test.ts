import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {promisify} from 'node:util';
import {fetchNode} from '../../scripts/fetch-node.mjs';
import {openPty} from '../harness/pty.js';
import {at, cleanEnvironment, folderFor, serverFor} from './monitor.js';

const run = promisify(execFile);

/** The package as it would be published, unpacked into a folder where no other package can be found. */
async function unpackedPackage(t: TestContext): Promise<string> {
	const folder = folderFor(t);
	const {stdout} = await run('npm', ['pack', '--json', '--pack-destination', folder]);
	const [{filename}] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{readonly filename: string}];
	await run('tar', ['-xzf', path.join(folder, filename), '-C', folder]);
	return path.join(folder, 'package');
}

test('the package runs on every version of Node that it names, without other packages', async t => {
	const folder = await unpackedPackage(t);
	const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
	assert.equal(manifest.dependencies, undefined);
	const program = path.join(folder, manifest.bin['redis-top']);
	const server = await serverFor(t);
	const home = folderFor(t);
	const cache = path.join(home, 'cache');
	const own = {...cleanEnvironment(home), XDG_CACHE_HOME: cache};
	const env = {...process.env, ...own};
	// Everyone who may write to this folder could have redis-top execute any code.
	const shared = folderFor(t);
	mkdirSync(path.join(shared, 'redis-top', 'compiled'), {recursive: true});
	chmodSync(path.join(shared, 'redis-top', 'compiled'), 0o777);
	for (const node of [process.execPath, await fetchNode(24), await fetchNode(26)]) {
		const {stdout: nodeVersion} = await run(node, ['--version']);
		await t.test(`Node ${nodeVersion.trim()}`, async () => {
			const {stdout: version} = await run(node, [program, '--version'], {env});
			assert.equal(version, `redis-top ${manifest.version}\n`);
			const printConfig = [program, '--print-config'];
			const {stdout: config} = await run(node, printConfig, {env});
			// Compiled code is kept for the next start, by Node's version, if there is a folder for it.
			const kept = (base: string) => readdirSync(path.join(base, 'redis-top', 'compiled')).sort();
			const ofThisNode = () => kept(cache).filter(name => name.includes(`-${nodeVersion.trim()}-`));
			assert.ok(
				ofThisNode().some(name => /-(?:monitor|samples)-program$/.test(name)),
				ofThisNode().join(' '),
			);
			const {stdout: again} = await run(node, printConfig, {env: {...env, XDG_CACHE_HOME: program}});
			assert.equal(again, config);
			const {stdout: still} = await run(node, printConfig, {env: {...env, XDG_CACHE_HOME: shared}});
			assert.equal(still, config);
			assert.deepEqual(kept(shared), []);
			const {stdout} = await run(node, [program, 'snapshot', '--json', ...at(server)], {env, cwd: home});
			assert.equal(JSON.parse(stdout).nodes[0].state, 'up');
			const screen = await openPty({
				file: node,
				args: [program, ...at(server)],
				cwd: home,
				env: own,
			});
			try {
				await screen.waitFor(/ok .*answers/);
				screen.press('q');
				assert.equal((await screen.exited).code, 0);
				assert.doesNotMatch(screen.rawOutput().toString(), /Warning/);
				assert.ok(ofThisNode().some(name => name.endsWith('-monitor-keys')));
			} finally {
				await screen.dispose();
			}
		});
	}
});
