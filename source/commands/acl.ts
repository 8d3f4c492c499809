import process from 'node:process';
import {type AclServer, aclUserLine, hasUsers} from '../actions/acl-user.js';
import type {Config} from '../config/config.js';
import {nodeRole} from '../derive/replication-peers.js';
import {isFork, productNames, serverProduct} from '../derive/server-product.js';
import {exitCodes} from '../domain/exit-codes.js';
import {addressOf} from '../domain/node.js';
import {failureText} from '../domain/sample.js';
import {parseInfo} from '../parse/info.js';
import {replyFailure} from '../parse/reply-error.js';
import {socketFailure} from '../parse/socket-error.js';
import type {ConnectionSettings} from '../wire/connection.js';
import {openPort} from '../wire/ioredis-port.js';
import {ReplyFailure, WireFailure} from '../wire/redis-port.js';

/**
The server for which an ACL line is printed, or why that server isn't known. `why` follows the server's address in a
sentence.
*/
type Found = {readonly server: AclServer} | {readonly why: string};

/** `redis-top acl`: ACL lines on stdout without duplicates, notes on stderr. Resolves with the exit code. */
export async function runAcl(config: Config): Promise<number> {
	const found =
		config.aclServer === undefined
			? await Promise.all(config.targets.map(async target => [addressOf(target.endpoint), await ask(target)] as const))
			: [[serverName(config.aclServer), {server: config.aclServer}] as const];
	const lines = new Set<string>();
	let exitCode = 0;
	for (const [name, answer] of found) {
		if ('server' in answer && hasUsers(answer.server)) {
			lines.add(aclUserLine(answer.server, config.isAclForActions, config.isAclForKeys));
			note(`for ${config.aclServer === undefined ? `${name}, ` : ''}${serverName(answer.server)}`);
		} else {
			note(
				'why' in answer
					? `${name} ${answer.why}; --for redis-7.0 needs no server`
					: `${serverName(answer.server)} has no users: they came with Redis 6.0`,
			);
			exitCode = exitCodes.unreachable;
		}
	}

	process.stdout.write([...lines].map(line => `${line}\n`).join(''));
	if (lines.size > 0) {
		notesFor([...lines], config.isAclForActions).forEach(note);
	}

	return exitCode;
}

function note(text: string): void {
	process.stderr.write(`# ${text}\n`);
}

function notesFor(lines: readonly string[], mayAct: boolean): readonly string[] {
	const hasRight = (name: string) => lines.some(text => text.split(' ').includes(name));
	return [
		'replace PASSWORD; keep the user with ACL SAVE or CONFIG REWRITE, on every node',
		...(hasRight('+config|set')
			? [
					'+config|set makes this user an administrator: it can set requirepass, and ACL rules cannot limit its arguments.',
				]
			: []),
		...(mayAct
			? ['give it to people, not to a wall screen; disable it when not in use: ACL SETUSER redistop-act off']
			: []),
		...(hasRight('+config|get') && !mayAct
			? [
					'leave out +config|get where this user must not read requirepass and masterauth: redis-top then shows a few facts less',
				]
			: []),
		...(hasRight('+acl|list')
			? [
					'leave out +acl|list where this user must not read hashes of passwords; redis-top keeps none, and then compares no users',
				]
			: []),
	];
}

const serverName = ({product, version, isSentinel}: AclServer): string =>
	`${isSentinel ? 'Sentinel of ' : ''}${product} ${version.join('.')}`;

async function ask(settings: ConnectionSettings): Promise<Found> {
	const port = openPort(settings);
	try {
		await port.open();
		const [reply = null] = await port.ask([['INFO', 'server']], settings.timeoutMs);
		if (reply instanceof ReplyFailure) {
			throw reply;
		}

		const info = parseInfo(typeof reply === 'string' ? reply : '');
		const product = serverProduct(info);
		const [, major, minor] = /^(\d+)\.(\d+)/.exec(product?.familyVersion ?? '') ?? [];
		if (product !== undefined && !isFork(product.product)) {
			return {why: `is ${productNames[product.product]}, whose rights are not those of Redis`};
		}

		return product === undefined || major === undefined
			? {why: 'does not say which version it is'}
			: {
					server: {
						product: product.family,
						version: [Number(major), Number(minor)],
						isSentinel: nodeRole(info) === 'sentinel',
					},
				};
	} catch (error) {
		return {why: whyNot(error)};
	} finally {
		port.close();
	}
}

function whyNot(error: unknown): string {
	if (error instanceof ReplyFailure) {
		return failureText(replyFailure(error.message));
	}

	return error instanceof WireFailure ? failureText(socketFailure(error.code, error.message)) : String(error);
}
