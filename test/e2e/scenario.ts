import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import type {TestContext} from 'node:test';
import {Ajv2020} from 'ajv/dist/2020.js';
import type {Check} from '../../source/report/check/check.js';
import {eventually} from '../harness/eventually.js';
import {runProgram, type ServerVersion, serverVersions} from './monitor.js';

/*
What can happen to servers on one machine, with the file that tests it by `redis-top check --json`. Tests run on the oldest
Redis and on the newest Valkey, unless the row says otherwise.

| scenario | test |
|---|---|
| 1 refused (unreachable, filtered, no name) | scenarios-server; by the ladder: diagnose |
| 2 frozen process | scenarios-server; on the screen: outages, blocked |
| 3 loading | scenarios-server |
| 4 out of memory, nothing may be evicted | scenarios-server; on the screen: findings |
| 5 eviction storm after the dangerous fix | scenarios-server |
| 6a disk full | scenarios-data (needs root) |
| 6b folder that can't be written | scenarios-data; on the screen: findings |
| 6c fork fails | scenarios-data (needs a C compiler) |
| 6d append-only file's disk full | scenarios-data (needs root) |
| 7 primary gone, link down | scenarios-replication; on the screen: findings |
| 8a frozen replica, no ACK | scenarios-replication |
| 8b bytes behind on a slow link | discovery |
| 8c full resyncs in a loop | scenarios-replication, by `watch`: one look can't tell |
| 9 no room for another client | scenarios-server; on the screen: connect |
| 10 no or wrong password | scenarios-server; on the screen: connect |
| 11 few rights | scenarios-server, check |
| 12a a cluster's primary frozen, its replica promoted | scenarios-replication; on the screen: cluster-failover |
| 12b split network | cluster-split (needs root) |
| 12c slot left open | scenarios-replication; on the screen: cluster-failover |
| 13 busy script | scenarios-server |
| 14 slow commands | scenarios-server |
| 15 TLS | scenarios-server (one version); by the ladder: diagnose |
| 16 what a shutdown loses | scenarios-data; the traps of the action itself: shutdown, restart |
| 17 shutdown that waits | scenarios-replication |
| 18 paused | scenarios-server |
| 19 sentinel | discovery (one version) |
| 20 client cut off over its output buffer | scenarios-server |
| 21 crash | scenarios-server |
| 22 one shutdown under a supervisor | shutdown: a matter of actions, nothing for check to see |
| 23 failover that waits | scenarios-replication |
| 24 a server of the machine killed for want of memory | scenarios-server (one version) |
| 25 started in another folder than before | scenarios-single |
| 26 listens on another address | scenarios-single |
| 27 each save killed by a signal | scenarios-single |
| 28 a user without its channels | scenarios-single |
| 29 replica gone before the look | scenarios-replication |
*/

const validate = new Ajv2020({allowUnionTypes: true}).compile(
	JSON.parse(readFileSync('schema/check.json', 'utf8')) as object,
);

/** Leaves out the rules that are true of a machine on which many tests run. */
const withoutLoad = ['--skip', 'os.psi,os.runq'];

/**
The result of `redis-top check --json`. Fails if it doesn't match its schema, or if the exit code is not the one in it.
How busy this machine is, is left out, unless the arguments choose the rules themselves.
*/
export async function checked(t: TestContext, args: readonly string[], env = {}): Promise<Check> {
	const choosesRules = args.includes('--skip') || args.includes('--only');
	const {code, stdout, stderr} = await runProgram(
		t,
		['check', '--json', ...args, ...(choosesRules ? [] : withoutLoad)],
		env,
	);
	assert.equal(stderr, '');
	const check = JSON.parse(stdout) as Check;
	assert.ok(validate(check), JSON.stringify(validate.errors));
	assert.equal(code, check.exitCode);
	return check;
}

/** The texts of all findings but those of severity info. */
export const problems = ({findings}: Check): string[] =>
	findings.filter(({severity}) => severity !== 'info').map(({rule, severity}) => `${rule} ${severity}`);

type Expected = {
	readonly status: Check['status'] | RegExp;
	readonly verdict: RegExp;
	/**
	Rules whose findings must be there, as `rule severity`. The rule alone is for findings that grow more severe with
	time.
	*/
	readonly rules: readonly string[];
};

/** Fails unless one check has the expected status, verdict and findings. */
export function expectCheck(check: Check, {status, verdict, rules}: Expected): void {
	const found = problems(check);
	const isStatus = typeof status === 'string' ? check.status === status : status.test(check.status);
	assert.ok(isStatus, `${check.status}: ${check.verdict}: ${found.join(', ')}`);
	assert.equal(check.exitCode, {ok: 0, warning: 1, critical: 2, unknown: 3}[check.status]);
	assert.match(check.verdict, verdict, found.join(', '));
	for (const rule of rules) {
		assert.ok(
			found.some(each => `${each} `.startsWith(`${rule} `)),
			`${rule} is not among ${found.join(', ')}`,
		);
	}
}

/**
Repeats the check until its result is as expected. It is for conditions that servers take an unknown time to reach.
*/
export async function eventuallyChecked(
	t: TestContext,
	args: readonly string[],
	expected: Expected,
	env = {},
): Promise<Check> {
	let last: unknown;
	return eventually(`check says ${expected.verdict}`, async () => {
		const check = await checked(t, args, env);
		try {
			expectCheck(check, expected);
			return check;
		} catch (error) {
			last = error;
			return undefined;
		}
	}).catch(error => {
		throw last ?? error;
	});
}

/** The oldest Redis and the newest Valkey, as the ends of what is supported. */
export async function twoVersions(): Promise<readonly ServerVersion[]> {
	const all = await serverVersions();
	return [...new Set([all[0], all.at(-1)])].filter(version => version !== undefined);
}

/** Repeats `step` while `action` runs. */
export async function whileRepeating(step: () => Promise<unknown>, action: () => Promise<void>): Promise<void> {
	let isOver = false;
	const repeating = (async () => {
		while (!isOver) {
			await step().catch(() => undefined);
			await new Promise(resolve => setTimeout(resolve, 10));
		}
	})();
	try {
		await action();
	} finally {
		isOver = true;
		await repeating;
	}
}
