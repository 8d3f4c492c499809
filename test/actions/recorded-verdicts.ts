import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import {after, afterEach, type TestContext} from 'node:test';
import {servers} from '../../scripts/fetch-servers.mjs';
import type {AuditEntry} from '../../source/domain/audit.js';
import {serverBinaries} from '../harness/servers.js';
import {expectedVerdicts, isTitleOf} from './proving-tests.js';

/*
Each test that `proving-tests.ts` names is held to what its audit logs say: that action was sent to a real server in it, and
was proved, or refused by the server.
*/

type Log = {readonly test: string; readonly audits: () => readonly AuditEntry[]};

const logs: Log[] = [];
/** The tests that passed, by title, and what their audit logs say: `proved bgsave`. */
const seen = new Map<string, ReadonlySet<string>>();
let file = '';

/** To be called for each audit log that a test writes to. */
export function recordAudits({name}: TestContext, audits: Log['audits']): void {
	logs.push({test: name, audits});
}

afterEach(context => {
	// Hooks of a test get its context, whatever the declaration says.
	const {name, passed, filePath} = context as TestContext & {readonly passed: boolean};
	if (passed) {
		file = path.basename(filePath ?? '', '.js');
		const entries = logs.filter(({test}) => test === name).flatMap(({audits}) => audits());
		seen.set(name, new Set([...(seen.get(name) ?? []), ...entries.flatMap(verdictOf)]));
	}
});

function verdictOf({action, phase, outcome, detail = ''}: AuditEntry): string[] {
	if (phase === 'verified') {
		return [`proved ${action}`];
	}

	// What goes to several nodes is neither done nor refused where only one of them refuses it.
	const isRefused = outcome === 'refused' || (outcome === 'unknown' && /refused by the server/.test(detail));
	return phase === 'outcome' && isRefused ? [`refused ${action}`] : [];
}

after(() => {
	const isWhole = !process.execArgv.some(option => /^--test-(?:name|skip)-pattern/.test(option));
	const isOnEveryServer = servers.every(({name}) => serverBinaries().has(name));
	const missing = expectedVerdicts
		.filter(expected => path.basename(expected.file, '.ts') === file)
		.filter(({title}) => isOnEveryServer || !title.includes('{name}'))
		.filter(({id, verdict, title}) => {
			const runs = [...seen].filter(([name]) => isTitleOf(title, name));
			return runs.length > 0 && !runs.some(([, verdicts]) => verdicts.has(`${verdict} ${id}`));
		});
	assert.deepEqual(isWhole ? missing : [], []);
});
