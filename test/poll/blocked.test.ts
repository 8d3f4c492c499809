import assert from 'node:assert/strict';
import net, {type AddressInfo} from 'node:net';
import {test} from 'node:test';
import {systemClock} from '../../source/domain/clock.js';
import {addressOf} from '../../source/domain/node.js';
import {Fleet} from '../../source/poll/fleet.js';
import type {FleetEvent} from '../../source/poll/fleet-options.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import {eventually} from '../harness/eventually.js';

const info = '# Server\r\nredis_version:7.0.15\r\nrun_id:one\r\n# Replication\r\nrole:master\r\n';

/** A server that counts what it is sent, and stops answering when it is told to. */
async function countingServer() {
	const state = {isSilent: false};
	/** Commands that came on a connection after it had gone silent, by connection. */
	const unanswered: string[][] = [];
	const server = net.createServer(socket => {
		const pending: string[] = [];
		unanswered.push(pending);
		socket.on('error', () => undefined);
		socket.on('data', chunk => {
			for (const [, name = ''] of String(chunk).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
				if (state.isSilent) {
					pending.push(name.toUpperCase());
				} else {
					socket.write(name.toUpperCase() === 'INFO' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
				}
			}
		});
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	return {server, state, unanswered, port: (server.address() as AddressInfo).port};
}

test('while a reply is pending, redis-top sends nothing more on either connection', async t => {
	const {server, state, unanswered, port} = await countingServer();
	const end = new AbortController();
	const reports: FleetEvent[] = [];
	const endpoint = {kind: 'tcp', host: '127.0.0.1', port} as const;
	const fleet = new Fleet({
		targets: [{endpoint, username: undefined, password: undefined, tls: undefined, timeoutMs: 300}],
		openPort,
		clock: systemClock,
		signal: end.signal,
		intervalMs: 200,
		report: report => reports.push(report),
	});
	t.after(() => {
		end.abort();
		server.close();
	});
	fleet.start();
	fleet.setFocus(addressOf(endpoint));
	const isSampled = () => reports.some(report => report.kind === 'outcome' && report.outcome.kind === 'sampled');
	await eventually('a first sample and a PING', async () =>
		isSampled() && reports.some(({kind}) => kind === 'ping') ? true : undefined,
	);
	state.isSilent = true;
	const failures = () => reports.filter(report => report.kind === 'outcome' && report.outcome.kind === 'failed');
	await eventually('five overdue intervals', async () => (failures().length >= 5 ? true : undefined));
	const sent = unanswered.map(commands => commands.filter(name => name !== 'CLIENT'));
	// One poll is one write of several commands; a second INFO on a connection would be a second poll.
	for (const commands of sent) {
		assert.ok(commands.filter(name => name === 'INFO').length <= 1, commands.join(' '));
		assert.ok(commands.filter(name => name === 'PING').length <= 1, commands.join(' '));
	}

	assert.ok(sent.flat().includes('INFO'));
});
