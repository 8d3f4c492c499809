import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {newOrders, playApi} from './applications.js';
import type {Incident} from './incident.js';
import {refuses} from './memory.js';

/**
A shell command to put before the server's command line. It limits each file that the server writes to 4,096 blocks of
512 or 1,024 bytes, depending on the shell. The limit imitates a full disk. A small file system would need root. The
server ignores the signal SIGXFSZ, so a write beyond the limit fails with EFBIG.
*/
const smallFiles = ['sh', '-c', `trap '' XFSZ; ulimit -f 4096; exec "$@"`, 'sh'];

export const aofDiskFull: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuses writes \(MISCONF\): cannot write its append-only file/,
		rules: ['per.aof_write critical', 'per.misconf critical'],
	},
	async prepare(stage) {
		const server = await stage.server({
			name: 'server',
			configuration: ['appendonly yes', 'appendfsync everysec', 'auto-aof-rewrite-percentage 0'],
			launcher: smallFiles,
		});
		playApi(stage, server);
		return async () => {
			stage.application({server, name: 'order-import', pauseMs: 20, next: newOrders(200, 1000)});
			await stage.until('a refused write', () => refuses(server, 'MISCONF'));
		};
	},
};

export const saveFolderGone: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuses writes \(MISCONF\)/,
		rules: ['per.dir', 'per.misconf critical', 'per.rdb_fail critical'],
	},
	async prepare(stage) {
		const folder = path.join(stage.directory, 'data');
		mkdirSync(folder);
		const server = await stage.server({
			name: 'server',
			configuration: [`dir ${JSON.stringify(folder)}`, 'save 3600 1'],
		});
		playApi(stage, server);
		return async () => {
			rmSync(folder, {recursive: true});
			await server.send('BGSAVE');
			await stage.until('a refused write', () => refuses(server, 'MISCONF'));
		};
	},
};
