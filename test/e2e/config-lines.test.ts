import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {acceptedLines, refusedLines} from '../harness/config-lines.js';
import {serverBinaries} from '../harness/servers.js';

/** A line that every server refuses, so that none of them starts. */
const refused = 'maxmemory x';

/** The number of the line for which a server does not start. */
function refusedAt(server: string, lines: readonly string[]): number {
	const folder = mkdtempSync(path.join(tmpdir(), 'redis-top-config-'));
	try {
		const file = path.join(folder, 'server.conf');
		writeFileSync(file, [...lines, refused, ''].join('\n'));
		const {stdout, stderr} = spawnSync(server, [file], {cwd: folder, encoding: 'utf8', timeout: 30_000});
		return Number(/at line (\d+)/.exec(stdout + stderr)?.[1] ?? Number.NaN);
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

for (const [name, server] of serverBinaries()) {
	test(`${name} takes the lines that are no mistakes`, () => {
		assert.equal(refusedAt(server, acceptedLines), acceptedLines.length + 1);
	});

	test(`${name} refuses each line that is a mistake`, () => {
		for (const [line] of refusedLines) {
			assert.equal(refusedAt(server, [line]), 1, line);
		}
	});
}
