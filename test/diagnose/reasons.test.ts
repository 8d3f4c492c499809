import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {climb} from '../../source/diagnose/climb.js';
import {gatherLadder} from '../../source/diagnose/gather-ladder.js';
import {systemClock} from '../../source/domain/clock.js';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import {freePort} from '../harness/free-port.js';
import {emptyHost} from '../harness/rule-cases.js';
import {serviceFor} from './climbed.js';

/** The server's own process was killed, and its disk is full. */
const killedAndFull: Partial<LocalEvidence> = {
	earlierProcess: {processId: 7, seenAtMs: undefined},
	oomKills: [{atMs: Date.now(), processId: 7, name: 'redis-server', line: 'Out of memory: Killed process 7'}],
	folder: {
		path: '/data',
		freeBytes: 0,
		totalBytes: 100,
		freeInodes: 9,
		isWritable: true,
		rights: '0:0 755',
		isReadOnlyMount: false,
	},
};

async function verdictOf(port: number, evidence: Partial<LocalEvidence>) {
	const endpoint = {kind: 'tcp', host: '127.0.0.1', port} as const;
	const settings = {endpoint, username: undefined, password: undefined, tls: undefined, timeoutMs: 2000};
	const gatherEvidence = async () => ({...emptyHost, ...evidence});
	return climb(await gatherLadder({settings, clock: systemClock, openPort, gatherEvidence})).verdict;
}

const saying = (t: TestContext, reply: string) => serviceFor(t, socket => socket.on('data', () => socket.write(reply)));

test('a kill explains a port that refuses', async () => {
	const {text, next} = await verdictOf(await freePort(), killedAndFull);
	assert.match(text, /the kernel killed redis-server \(process 7\).*: the machine was out of memory$/);
	assert.ok(next.some(({text}) => String(text).includes('journalctl -k')));
});

test('where the log says why the process ended, the repair comes first, and no port or firewall is at fault', async () => {
	const log = readServerLog(
		'/d/redis.log',
		'7:M 24 Nov 2026 11:22:33.123 # Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>\n',
	);
	const stepsOf = async (evidence: Partial<LocalEvidence>) =>
		(await verdictOf(await freePort(), evidence)).next.map(({text}) => messageText(text));
	const [first = '', ...rest] = await stepsOf({log});
	assert.match(first, /^copy its appendonlydir away, .* redis-check-aof --fix MANIFEST/);
	assert.doesNotMatch(rest.join(' '), /firewall|give the right port/);
	assert.match((await stepsOf({})).join(' '), /give the right port.* firewall/);
});

test('a line of its config that each start refuses is named, not the stop before', async () => {
	const log = readServerLog(
		'/d/redis.log',
		'7:M 24 Nov 2026 11:22:33.123 * User requested shutdown...\n7:M 24 Nov 2026 11:22:33.124 # Redis is now ready to exit, bye bye...\n',
	);
	const refused = {
		path: '/etc/redis.conf',
		line: 10,
		text: 'commandlog-slow 1',
		why: 'Redis 7.0.15 does not accept it',
	};
	const configMistake = {...refused, changedAtMs: 0, refusedAtMs: Date.now()};
	const {text, next} = await verdictOf(await freePort(), {log, configMistake});
	assert.match(text, /: each start ends at line 10 of \/etc\/redis\.conf: commandlog-slow 1; Redis 7\.0\.15 does not/);
	assert.match(messageText(next[0]?.text ?? ''), /^correct line 10 of its config file/);
	const earlier = {...configMistake, refusedAtMs: undefined};
	assert.match(
		(await verdictOf(await freePort(), {log, configMistake: earlier})).text,
		/its log: somebody sent SHUTDOWN/,
	);
});

test('a server that was stopped by SIGTERM or SHUTDOWN is started again, and no port or firewall is at fault', async () => {
	const signalled = readServerLog(
		'/d/redis.log',
		[
			'7:signal-handler (1795519353) Received SIGTERM scheduling shutdown...',
			'7:M 24 Nov 2026 11:22:33.123 # User requested shutdown...',
			'7:M 24 Nov 2026 11:22:33.423 # Redis is now ready to exit, bye bye...',
			'',
		].join('\n'),
	);
	const stepsOf = async (evidence: Partial<LocalEvidence>) =>
		(await verdictOf(await freePort(), evidence)).next.map(({text}) => messageText(text)).join('\n');
	assert.match(await stepsOf({log: signalled}), /^start it again if nobody stopped it on purpose: a deploy/);
	assert.doesNotMatch(await stepsOf({log: signalled}), /firewall|give the right port/);
	const {log: again} = {
		log: readServerLog(
			'/d/redis.log',
			`${signalled.lines.join('\n')}\n9:C 24 Nov 2026 11:23:33.123 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n`,
		),
	};
	assert.match(await stepsOf({log: again}), /firewall/, 'the end of an earlier process');
});

test('a kill of another process explains nothing', async () => {
	const {text} = await verdictOf(await freePort(), {...killedAndFull, earlierProcess: undefined, folder: undefined});
	assert.doesNotMatch(text, /killed/);
});

test('refused credentials explain themselves', async t => {
	const {text, next} = await verdictOf(await saying(t, '-NOAUTH Authentication required.\r\n'), killedAndFull);
	assert.match(text, /NOAUTH/);
	assert.doesNotMatch(text, /killed|disk/);
	assert.ok(next.every(step => !/journalctl|df -h/.test(String(step.text))));
});

test('what ARP shows of the host explains a connection without an answer, under the same code', () => {
	const verdictFor = (code: string, message: string) =>
		climb({
			endpoint: {kind: 'tcp', host: '10.0.1.11', port: 6379},
			atMs: 0,
			isTlsAsked: false,
			isVerified: true,
			user: undefined,
			hasPassword: false,
			lookup: undefined,
			connects: [{address: '10.0.1.11', tookMs: 2000, code, message}],
			greeting: undefined,
			handshake: undefined,
			protocolSeen: undefined,
			otherCertificate: undefined,
			auth: undefined,
			ping: undefined,
			answers: undefined,
			answersFailure: undefined,
			host: undefined,
		}).verdict;
	const filtered = verdictFor('ETIMEDOUT', 'no connection within 2000 ms; arp: answers');
	assert.match(filtered.text, /its host answers ARP: the port is filtered/);
	assert.equal(filtered.code, 'ETIMEDOUT');
	assert.doesNotMatch(filtered.next.map(({text}) => String(text)).join(' '), /console/);
	const silent = verdictFor('EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.1.11:6379; arp: silent');
	assert.match(silent.text, /its host does not answer ARP: it is down or cut off/);
	assert.match(silent.next.map(({text}) => String(text)).join(' '), /console/);
});

test('another service on the port explains itself', async t => {
	const {text} = await verdictOf(await saying(t, 'HTTP/1.1 400 Bad Request\r\n\r\n'), killedAndFull);
	assert.match(text, /web server/);
	assert.doesNotMatch(text, /killed|disk/);
});
