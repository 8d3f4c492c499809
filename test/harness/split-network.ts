import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {TestContext} from 'node:test';
import {programOnPath} from '../../scripts/fetch-servers.mjs';
import {type ClusterMember, clusterArguments, type FormedCluster, formCluster} from './cluster.js';
import {eventually} from './eventually.js';
import {RespClient} from './resp-client.js';

/** Where a command runs: on one of the two sides, or between them. A command at `between` always reaches both sides. */
export type Place = 'left' | 'right' | 'between';

export type SplitCluster = FormedCluster<SplitMember> & {
	/** Returns the program and arguments that run `command` at a place. */
	readonly at: (place: Place, command: readonly string[]) => string[];
	/** Stops all traffic between the two sides from now on. */
	split(): void;
	heal(): void;
};

export type SplitMember = ClusterMember & {
	readonly address: string;
	readonly side: 'left' | 'right';
	readonly pid: number;
};

/** Why this machine can't split a network for a test; undefined if it can. */
export function whyNoSplit(): string | undefined {
	if (process.platform !== 'linux' || process.getuid?.() !== 0) {
		return 'network namespaces need root on Linux';
	}

	if (programOnPath('ip') === undefined) {
		return 'there is no ip (iproute2)';
	}

	const name = `rt${process.pid}-try`;
	try {
		ip('netns', 'add', name);
		ip('netns', 'del', name);
		return undefined;
	} catch (error) {
		return `network namespaces can not be made here: ${String(error).split('\n')[0]}`;
	}
}

const ip = (...words: readonly string[]): string => execFileSync('ip', words, {encoding: 'utf8', stdio: 'pipe'});

/**
Starts six nodes in two network namespaces. A third namespace between them forwards their traffic until the split. On
the left are the first primary and the second primary's replica. On the right are all others. Everything ends with the
test.
*/
export async function splitClusterFor(
	t: TestContext,
	{
		program,
		nodeTimeoutMs = 2000,
		args = [],
	}: {readonly program: string; readonly nodeTimeoutMs?: number; readonly args?: readonly string[]},
): Promise<SplitCluster> {
	const names = makeNetwork();
	const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-split-'));
	const children: ChildProcess[] = [];
	const tidy = () => {
		for (const child of children) {
			child.kill('SIGKILL');
		}

		for (const name of Object.values(names)) {
			try {
				ip('netns', 'del', name);
			} catch {
				// The namespace to remove did not exist.
			}
		}

		rmSync(dir, {recursive: true, force: true, maxRetries: 5, retryDelay: 50});
	};

	process.once('exit', tidy);
	t.after(async () => {
		process.off('exit', tidy);
		const gone = children.map(child => new Promise(resolve => child.once('close', resolve)));
		for (const child of children) {
			child.kill('SIGKILL');
		}

		await Promise.all(gone);
		tidy();
	});

	const at = (place: Place, command: readonly string[]) => ['ip', 'netns', 'exec', names[place], ...command];
	const start = (index: number): Promise<SplitMember> =>
		startMember({index, dir, at, program, children, args: [...clusterArguments(nodeTimeoutMs), ...args]});
	const members = await Promise.all([0, 1, 2, 3, 4, 5].map(start));
	const forward = (value: 0 | 1) => {
		execFileSync('ip', ['netns', 'exec', names.between, 'sh', '-c', `echo ${value} > /proc/sys/net/ipv4/ip_forward`]);
	};
	return {...(await formCluster(members)), at, split: () => forward(0), heal: () => forward(1)};
}

const hosts = {left: '10.231.1.2', right: '10.231.2.2'};

function makeNetwork(): Readonly<Record<Place, string>> {
	const names = {left: `rt${process.pid}l`, right: `rt${process.pid}r`, between: `rt${process.pid}b`};
	for (const name of Object.values(names)) {
		ip('netns', 'add', name);
		ip('-n', name, 'link', 'set', 'lo', 'up');
	}

	for (const [side, host] of Object.entries(hosts) as Array<['left' | 'right', string]>) {
		const gateway = host.replace(/2$/, '1');
		ip('link', 'add', 'node', 'netns', names[side], 'type', 'veth', 'peer', 'name', side, 'netns', names.between);
		ip('-n', names[side], 'addr', 'add', `${host}/24`, 'dev', 'node');
		ip('-n', names[side], 'link', 'set', 'node', 'up');
		ip('-n', names.between, 'addr', 'add', `${gateway}/24`, 'dev', side);
		ip('-n', names.between, 'link', 'set', side, 'up');
		ip('-n', names[side], 'route', 'add', 'default', 'via', gateway);
	}

	ip('netns', 'exec', names.between, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
	return names;
}

async function startMember({
	index,
	dir,
	at,
	program,
	children,
	args,
}: {
	readonly index: number;
	readonly dir: string;
	readonly at: SplitCluster['at'];
	readonly program: string;
	readonly children: ChildProcess[];
	readonly args: readonly string[];
}): Promise<SplitMember> {
	const side = index === 0 || index === 4 ? 'left' : 'right';
	const [host, port] = [hosts[side], 7000 + index];
	// The test sends its commands over a unix socket, which every network namespace can reach.
	const socket = path.join(dir, `${port}.sock`);
	const guard = programOnPath('setpriv');
	const words = at(side, [
		...(guard === undefined ? [] : [guard, '--pdeathsig', 'KILL']),
		program,
		...['--port', String(port), '--bind', host, '--protected-mode', 'no', '--save', '', '--dir', dir],
		...['--unixsocket', socket, ...args, '--cluster-config-file', `nodes-${port}.conf`],
	]);
	const child = spawn(words[0] ?? '', words.slice(1), {stdio: ['ignore', 'pipe', 'pipe']});
	children.push(child);
	let log = '';
	child.stdout.on('data', chunk => {
		log += String(chunk);
	});
	const connect = async () => {
		if (child.exitCode !== null) {
			throw new Error(`node ${port} ended: ${log}`);
		}

		return RespClient.connect({path: socket}).catch(() => undefined);
	};
	const client = await eventually(`an answer of node ${port}`, connect);
	return {
		host,
		port,
		side,
		address: `${host}:${port}`,
		pid: child.pid ?? 0,
		command: async (...command) => client.command(...command),
	};
}
