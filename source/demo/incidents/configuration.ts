import {fill, playApi} from './applications.js';
import type {Incident} from './incident.js';
import {refuses} from './memory.js';

/** Number of keys in database 2, which the application should read. */
const products = 5000;
/** Number of keys that the application reads at a time. */
const lookups = 20;

export const wrongDatabase: Incident = {
	expected: {
		exitCode: 1,
		verdict: /has no keys in db0, which web.* reads?.*: 5\.00k keys are in db2/,
		rules: ['key.empty_db warning'],
		client: 'web',
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		const loader = await stage.client(server, 'import');
		await loader.send([
			['SELECT', 2],
			...Array.from({length: products}, (_, index) => ['SET', `product:${index}`, 'x'.repeat(100)]),
		]);
		loader.close();
		let database = 2;
		for (const start of [0, 1]) {
			let turn = start;
			stage.application({
				server,
				name: 'web',
				pauseMs: 50,
				next() {
					turn += lookups;
					const keys = Array.from({length: lookups}, (_, index) => `product:${(turn + index) % products}`);
					return [['SELECT', database], ...keys.map(key => ['GET', key])];
				},
			});
		}

		const misses = async () => Number((await server.info('stats')).get('keyspace_misses'));
		return async () => {
			database = 0;
			await stage.until('misses', async () => (await misses()) > 500);
		};
	},
};

export const aofSwitchedOn: Incident = {
	expected: {
		exitCode: 2,
		verdict: /started without its data.*: AOF is new, RDB not read/,
		rules: ['per.not_loaded critical'],
	},
	async prepare(stage) {
		const configuration: string[] = [];
		const server = await stage.server({name: 'server', configuration});
		await fill(server, 200_000);
		await server.send('SAVE');
		return async () => {
			await server.kill();
			configuration.push('appendonly yes');
			await server.start();
			await stage.until('a reply', async () => (await server.info('persistence')).get('aof_enabled') === '1');
		};
	},
};

export const limitWithoutUnit: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuses writes \(OOM\): maxmemory is 512B \(unit missing\?\)/,
		rules: ['mem.oom critical', 'mem.max critical'],
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server', configuration: ['maxmemory-policy allkeys-lru']});
		playApi(stage, server);
		return async () => {
			await server.send('CONFIG', 'SET', 'maxmemory', '512');
			await stage.until('a refused write', () => refuses(server, 'OOM'));
		};
	},
};

export const usersLost: Incident = {
	expected: {
		exitCode: 1,
		verdict: /refuses logins as user orders.*: no such user here; it started \d+s ago/,
		rules: ['sec.authfail warning'],
		client: 'orders-worker',
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		await server.send('ACL', 'SETUSER', 'orders', 'on', '>secret', '~*', '+@all');
		stage.application({server, name: 'orders-worker', pauseMs: 200, next: () => [['AUTH', 'orders', 'secret']]});
		return async () => {
			await server.kill();
			await server.start();
			await stage.until('a failed login', async () =>
				String(await server.send('INFO', 'errorstats')).includes('WRONGPASS'),
			);
		};
	},
};
