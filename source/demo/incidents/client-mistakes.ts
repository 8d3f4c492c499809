import {newOrders, playApi} from './applications.js';
import type {Incident} from './incident.js';

export const unknownCommands: Incident = {
	expected: {
		exitCode: 1,
		verdict: /gets commands that it does not have from catalog/,
		rules: ['err.unknown warning', 'err.rate warning'],
		client: 'catalog',
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			stage.application({
				server,
				name: 'catalog',
				pauseMs: 20,
				next: () => [['JSON.GET', 'product:7', '$']],
			});
			// A connection younger than a second may have sent nothing yet, so the rule err.unknown names only older
			// connections.
			await stage.until('errors of a client that is a second old', async () =>
				/name=catalog age=[1-9]/.test(String(await server.send('CLIENT', 'LIST'))),
			);
		};
	},
};

/** Number of clients that block in WAIT until a replica acknowledges their writes. */
const waiting = 12;

/**
How long a client must have been in WAIT before the incident counts as visible, in seconds. The rule `cli.wait` lists
its finding one second earlier.
*/
const waitedSeconds = 6;

export const waitWithoutReplica: Incident = {
	expected: {
		exitCode: 2,
		verdict: /keeps clients of orders waiting in WAIT/,
		rules: ['cli.wait critical'],
		client: 'orders',
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			for (let index = 0; index < waiting; index++) {
				const client = await stage.client(server, 'orders');
				// The reply never comes, so the promise rejects when the stage ends the connection.
				client
					.send([
						['SET', `order:${index}`, 'paid'],
						['WAIT', 1, 0],
					])
					.catch(() => undefined);
			}

			await stage.until('a long wait', async () =>
				new RegExp(`name=orders [^\\n]* idle=(?:[${waitedSeconds}-9]|\\d\\d)[^\\n]* cmd=wait`).test(
					String(await server.send('CLIENT', 'LIST')),
				),
			);
		};
	},
};

export const flushed: Incident = {
	expected: {
		verdict: /FLUSHALL/,
		rules: ['key.flush'],
		client: 'ci-tests',
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		stage.application({server, name: 'import', pauseMs: 20, next: newOrders(100, 100)});
		await stage.until('keys', async () => Number(await server.send('DBSIZE')) > 5000);
		return async () => {
			stage.application({server, name: 'ci-tests', pauseMs: 3000, next: () => [['FLUSHALL']]});
			await stage.until('a flush', async () => Number(await server.send('DBSIZE')) < 3000);
		};
	},
};
