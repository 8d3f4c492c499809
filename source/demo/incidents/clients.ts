import {once} from 'node:events';
import {openSocket} from '../load-client.js';
import {encodeCommand, LoadError} from '../resp.js';
import {playApi} from './applications.js';
import type {Incident} from './incident.js';

export const maxClients: Incident = {
	expected: {exitCode: 2, verdict: /maxclients/, rules: ['conn.refusing critical']},
	async prepare(stage) {
		const server = await stage.server({name: 'server', configuration: ['maxclients 64']});
		playApi(stage, server);
		await server.send('PING');
		return async () => {
			let isFull = false;
			stage.repeat(20, async () => {
				if (!isFull) {
					await stage.client(server, 'checkout-api').catch(() => {
						isFull = true;
					});
				}
			});
			await stage.until(
				'a refused client',
				async () => Number((await server.info('stats')).get('rejected_connections')) > 0,
			);
		};
	},
};

export const passwordChanged: Incident = {
	expected: {exitCode: 2, verdict: /password/, rules: ['conn.auth critical']},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		await server.send('PING');
		return async () => {
			await server.send('CONFIG', 'SET', 'requirepass', 'the-new-one');
			await server.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
			await stage.until('a refused client', async () => {
				const client = await stage.client(server, 'api-2');
				const [reply] = await client.send([['PING']]);
				client.close();
				return reply instanceof LoadError && reply.message.startsWith('NOAUTH');
			});
		};
	},
};

export const wrongPassword: Incident = {
	expected: {
		exitCode: 1,
		verdict: /refuses logins as user billing/,
		rules: ['sec.authfail warning'],
		client: 'billing-worker',
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		await server.send('ACL', 'SETUSER', 'billing', 'on', '>the-new-one', '~*', '+@all');
		playApi(stage, server);
		return async () => {
			stage.application({
				server,
				name: 'billing-worker',
				pauseMs: 200,
				next: () => [['AUTH', 'billing', 'the-old-one']],
			});
			await stage.until('a failed login', async () =>
				String(await server.send('INFO', 'errorstats')).includes('WRONGPASS'),
			);
		};
	},
};

export const writesPaused: Incident = {
	expected: {exitCode: 2, verdict: /pauses writes \(CLIENT PAUSE\)/, rules: ['srv.paused critical']},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			await server.send('CLIENT', 'PAUSE', 3_600_000, 'WRITE');
			await stage.until(
				'a waiting client',
				async () => Number((await server.info('clients')).get('blocked_clients')) > 0,
			);
		};
	},
};

const workers = 40;

export const blockedWorkers: Incident = {
	expected: {rules: [], notEvaluated: ['cli.blocked']},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		let pushed = 0;
		let isPushing = true;
		stage.application({
			server,
			name: 'dispatcher',
			pauseMs: 20,
			next: () => (isPushing ? Array.from({length: 4}, () => ['RPUSH', 'jobs:mail', ++pushed]) : []),
		});
		for (let index = 1; index <= workers; index++) {
			stage.application({server, name: `mail-worker-${index}`, pauseMs: 100, next: () => [['BLPOP', 'jobs:mail', 0]]});
		}

		return async () => {
			isPushing = false;
			await stage.until(
				'waiting workers',
				async () => Number((await server.info('clients')).get('blocked_clients')) === workers,
			);
		};
	},
};

export const slowSubscriber: Incident = {
	expected: {exitCode: 1, verdict: /feed-reader/, rules: ['cli.pubsub'], client: 'feed-reader'},
	async prepare(stage) {
		const server = await stage.server({
			name: 'server',
			configuration: ['client-output-buffer-limit pubsub 256mb 0 0'],
		});
		playApi(stage, server);
		return async () => {
			stage.repeat(0, async () => {
				const socket = await openSocket(server.port);
				socket.pause();
				socket.write(encodeCommand(['CLIENT', 'SETNAME', 'feed-reader']) + encodeCommand(['SUBSCRIBE', 'prices']));
				await once(socket, 'close');
			});
			stage.application({
				server,
				name: 'price-feed',
				pauseMs: 50,
				next: () => Array.from({length: 20}, () => ['PUBLISH', 'prices', 'x'.repeat(32_000)]),
			});
			await stage.until('a buffer of 40 MB', async () =>
				/name=feed-reader .* omem=[4-9]\d{7}/.test(String(await server.send('CLIENT', 'LIST', 'TYPE', 'pubsub'))),
			);
		};
	},
};

export const connectionChurn: Incident = {
	expected: {exitCode: 1, verdict: /gets too many new connections/, rules: ['cli.churn warning']},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			for (let parallel = 0; parallel < 4; parallel++) {
				stage.repeat(5, async () => {
					const client = await stage.client(server, 'php-fpm');
					await client.send([['GET', 'session:1']]);
					client.close();
				});
			}

			await stage.until(
				'many connections',
				async () => Number((await server.info('stats')).get('instantaneous_ops_per_sec')) > 0,
			);
		};
	},
};

export const monitorLeftOn: Incident = {
	expected: {exitCode: 1, verdict: /runs MONITOR for .*debugger/, rules: ['cli.monitor warning'], client: 'debugger'},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			stage.repeat(0, async () => {
				const socket = await openSocket(server.port);
				socket.resume();
				socket.write(encodeCommand(['CLIENT', 'SETNAME', 'debugger']) + encodeCommand(['MONITOR']));
				await once(socket, 'close');
			});
			await stage.until('the client in MONITOR', async () =>
				/ cmd=monitor/.test(String(await server.send('CLIENT', 'LIST'))),
			);
		};
	},
};
