import {spawn} from 'node:child_process';
import {copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {ensureServer} from '../../scripts/fetch-servers.mjs';
import {eventually} from '../harness/eventually.js';
import {programCommand} from '../harness/program.js';
import {expectationFile, foundIn, recordingFile} from './found.js';
import {stagedIncidents} from './incidents.js';

/**
Plays the staged incidents on real servers and keeps the recordings. With `--expect`, only what this version finds in the
kept ones is written again.
*/
const server = await ensureServer();
for (const {name, servers: start, play} of stagedIncidents) {
	if (!process.argv.includes('--expect')) {
		const servers = await start(server);
		const home = mkdtempSync(path.join(os.tmpdir(), 'redis-top-capture-'));
		const folder = path.join(home, 'recordings');
		const {file, args} = await programCommand();
		const target = `127.0.0.1:${servers[0]?.port}`;
		const recorder = spawn(file, [...args, 'record', target, '--mask', '--to', folder], {
			env: {...process.env, HOME: home, XDG_STATE_HOME: undefined, XDG_CONFIG_HOME: undefined},
			stdio: ['ignore', 'inherit', 'inherit'],
		});
		await eventually('a recording', () => readdirSync(home).includes('recordings') || undefined);
		await play(servers, server);
		const ended = new Promise(resolve => recorder.once('exit', resolve));
		recorder.kill('SIGTERM');
		await ended;
		await Promise.all(servers.map(one => one.stop()));
		const [recording = ''] = readdirSync(folder);
		copyFileSync(path.join(folder, recording), recordingFile(name));
		rmSync(home, {recursive: true, force: true});
	}

	writeFileSync(expectationFile(name), `${foundIn(recordingFile(name)).join('\n')}\n`);
	process.stdout.write(`${name}\n`);
}

process.exit(0);
