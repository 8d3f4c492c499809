import {execFile} from 'node:child_process';
import {rmSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import type {ClusterWork} from './cluster-works.js';
import type {PlannedServer} from './planned-server.js';
import type {Works} from './works.js';

const run = promisify(execFile);

/** Work of operators, analysts and batch jobs, which leaves roles and slots as they are. */
export const operatorWorks = ({cluster, load, cli, passwords}: ClusterWork): Works => ({
	'a backup by redis-cli --rdb': async () => {
		for (const node of await cluster.replicas()) {
			const file = path.join(node.dir, 'backup.rdb');
			await run(cli, ['-p', String(node.port), '--rdb', file]);
			rmSync(file, {force: true});
		}
	},
	'the config file is rewritten': () => onAll(cluster.nodes, 'CONFIG', 'REWRITE'),
	'logs are rotated': async () => {
		for (const [index, node] of cluster.nodes.entries()) {
			node.rotateLog(index % 2 === 0 ? 'rename' : 'copytruncate');
		}

		await onAll(cluster.nodes, 'BGSAVE');
	},
	'a password is rotated with an overlap': async () => {
		const before = passwords.at(-1) ?? '';
		const next = `password-${passwords.length}`;
		for (const node of cluster.nodes) {
			await onAll([node], 'ACL', 'SETUSER', 'app', `>${next}`);
			await onAll([node], 'ACL', 'SAVE');
			await delay(1000);
		}

		passwords.push(next);
		await load.rollOut('app');
		for (const node of cluster.nodes) {
			await onAll([node], 'ACL', 'SETUSER', 'app', `<${before}`);
			await onAll([node], 'ACL', 'SAVE');
			await delay(1000);
		}
	},
	'ACL files are loaded again': () => onAll(cluster.nodes, 'ACL', 'LOAD'),
	'scripts are flushed': () => onAll(cluster.nodes, 'SCRIPT', 'FLUSH'),
	'statistics are reset': async () => {
		await onAll(cluster.nodes, 'CONFIG', 'RESETSTAT');
		await onAll(cluster.nodes, 'SLOWLOG', 'RESET');
		await onAll(cluster.nodes, 'LATENCY', 'RESET');
	},
	'a batch job writes by MSET': async () => {
		for (const {tag, slot} of cluster.tags) {
			const client = await named(await cluster.ownerOf(slot), 'batch');
			for (let batch = 0; batch < 200; batch++) {
				const words = Array.from({length: 200}, (_, index) => [
					`batch:{${tag}}:${batch * 200 + index}`,
					'x'.repeat(300),
				]);
				await client.command('MSET', ...words.flat());
				await delay(50);
			}

			client.close();
		}
	},
	'the batch is deleted': async () => {
		for (const {tag, slot} of cluster.tags) {
			const client = await named(await cluster.ownerOf(slot), 'batch');
			for (let batch = 0; batch < 200; batch++) {
				await client.command(
					'UNLINK',
					...Array.from({length: 200}, (_, index) => `batch:{${tag}}:${batch * 200 + index}`),
				);
				await delay(20);
			}

			client.close();
		}
	},
	'a big key is built and unlinked': async () => {
		for (const {tag, slot} of cluster.tags) {
			const client = await named(await cluster.ownerOf(slot), 'batch');
			for (let batch = 0; batch < 200; batch++) {
				const members = Array.from({length: 500}, (_, index) => `member-${batch * 500 + index}`);
				await client.command('SADD', `big:{${tag}}`, ...members);
				await delay(20);
			}

			await client.command('UNLINK', `big:{${tag}}`);
			client.close();
		}
	},
	'an analyst scans all keys': async () => {
		for (const node of await cluster.replicas()) {
			const client = await named(node, 'analyst');
			let cursor = '0';
			do {
				const reply = await client.command('SCAN', cursor, 'MATCH', 'key:*', 'COUNT', 1000);
				cursor = Array.isArray(reply) ? String(reply[0]) : '0';
				await delay(10);
			} while (cursor !== '0');
			client.close();
		}

		for (const node of await cluster.primaries()) {
			await run(cli, ['-p', String(node.port), '--bigkeys', '-i', '0.01']);
		}
	},
	'clients are listed and killed by an operator': async () => {
		for (const node of await cluster.primaries()) {
			const list = String(await node.command('CLIENT', 'LIST'));
			const id = /^id=(\d+) .*name=app-3/m.exec(list)?.[1];
			if (id !== undefined) {
				await node.command('CLIENT', 'KILL', 'ID', id);
			}
		}
	},
});

/** Sends a command to each server. An error reply is thrown: the work would not have been done. */
async function onAll(nodes: readonly PlannedServer[], ...words: readonly string[]): Promise<void> {
	for (const node of nodes) {
		const reply = await node.command(...words);
		if (reply instanceof Error && !/in progress|scheduled/.test(reply.message)) {
			throw new Error(`${words.join(' ')} on ${node.port}: ${reply.message}`);
		}
	}
}

async function named(server: PlannedServer, name: string) {
	const client = await server.connect();
	await client.command('CLIENT', 'SETNAME', name);
	return client;
}
