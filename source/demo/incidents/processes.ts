import {setTimeout as delay} from 'node:timers/promises';
import {LoadError} from '../resp.js';
import {fill, playApi} from './applications.js';
import type {Incident} from './incident.js';

export const slowKeys: Incident = {
	expected: {exitCode: 1, verdict: /runs KEYS .* from cron-report/, rules: ['lat.on_cmds'], client: 'cron-report'},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		await fill(server, 800_000);
		playApi(stage, server);
		return async () => {
			stage.application({
				server,
				name: 'cron-report',
				pauseMs: 100,
				// No key matches the pattern, so only the search takes time.
				next: () => [['KEYS', 'report:*:done']],
			});
			await stage.until('two slow commands', async () => Number(await server.send('SLOWLOG', 'LEN')) > 1);
		};
	},
};

export const endlessScript: Incident = {
	expected: {exitCode: 2, verdict: /SCRIPT KILL/, rules: ['srv.busy critical']},
	async prepare(stage) {
		const server = await stage.server({name: 'server', configuration: ['lua-time-limit 1000']});
		playApi(stage, server);
		return async () => {
			stage.application({server, name: 'cron-report', pauseMs: 100, next: () => [['EVAL', 'while true do end', 0]]});
			await stage.until('BUSY', async () => {
				const reply = await server.send('PING');
				return reply instanceof LoadError && reply.message.startsWith('BUSY');
			});
		};
	},
};

export const frozen: Incident = {
	expected: {
		exitCode: 2,
		verdict: /is not responding: its process is stopped \(SIGSTOP\)/,
		rules: ['conn.unresponsive critical'],
	},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => server.signal('SIGSTOP');
	},
};

export const crashLoop: Incident = {
	expected: {exitCode: 2, verdict: /restarted \d+ times/, rules: ['srv.crash_loop']},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			let crashes = 0;
			stage.repeat(1000, async () => {
				await server.kill();
				crashes += 1;
				await delay(300);
				await server.start();
			});
			await stage.until('five crashes', async () => crashes > 4);
		};
	},
};
