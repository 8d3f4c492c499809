import assert from 'node:assert/strict';
import type {AddressInfo} from 'node:net';
import net from 'node:net';
import type {TestContext} from 'node:test';
import {climb} from '../../source/diagnose/climb.js';
import {gatherLadder} from '../../source/diagnose/gather-ladder.js';
import {systemClock} from '../../source/domain/clock.js';
import type {Ladder, LadderStep, Rung} from '../../source/domain/ladder.js';
import {gatherEvidence} from '../../source/host/gather-evidence.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {openPort} from '../../source/wire/ioredis-port.js';

export type Settings = Partial<Omit<ConnectionSettings, 'endpoint'>> & {readonly host?: string};

/** The ladder to a port of this machine, climbed for real. */
export async function climbed(port: number, {host = '127.0.0.1', ...settings}: Settings = {}): Promise<Ladder> {
	const facts = await gatherLadder({
		settings: {
			endpoint: {kind: 'tcp', host, port},
			username: undefined,
			password: undefined,
			tls: undefined,
			timeoutMs: 2000,
			...settings,
		},
		clock: systemClock,
		openPort,
		gatherEvidence,
	});
	return climb(facts);
}

export function rungsOf({rungs}: Ladder, step: LadderStep): readonly Rung[] {
	return rungs.filter(rung => rung.step === step);
}

/** The verdict is this step's, with this code, and nothing beyond it was reached or claimed. */
export function assertVerdict(
	ladder: Ladder,
	status: Ladder['verdict']['status'],
	step: LadderStep,
	code: string | RegExp,
): void {
	const {verdict} = ladder;
	const shown = JSON.stringify({
		verdict,
		rungs: ladder.rungs.map(rung => [rung.step, rung.status, rung.code, rung.result]),
	});
	assert.equal(verdict.status, status, shown);
	assert.equal(verdict.step, step, shown);
	assert.match(verdict.code ?? '', typeof code === 'string' ? new RegExp(`^${code}$`) : code, shown);
	const decisive = ladder.rungs.find(rung => rung.step === step && rung.code === verdict.code);
	assert.ok(decisive?.meaning !== undefined && decisive.meaning !== '', `${code} is explained: ${shown}`);
	assert.ok(verdict.next.length > 0, `${code} says what to do`);
}

/** A made-up service on a free port, ended with the test. */
export async function serviceFor(t: TestContext, serve: (socket: net.Socket) => void): Promise<number> {
	const sockets = new Set<net.Socket>();
	const server = net.createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		serve(socket);
	});
	await listening(t, server, () => {
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return (server.address() as AddressInfo).port;
}

/** Resolves when the server listens on a free port; closes it with the test. */
export async function listening(
	t: TestContext,
	server: net.Server,
	end: () => void = () => undefined,
): Promise<number> {
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.after(() => {
		end();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}
