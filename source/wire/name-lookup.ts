import dns, {type LookupAddress, type LookupOptions} from 'node:dns';
import {readFileSync} from 'node:fs';
import type {LookupFunction} from 'node:net';
import process from 'node:process';

/** The first address that each name had at its last lookup that succeeded, by name. */
const earlierAddresses = new Map<string, string>();

/** The address that a name had when it could be looked up last; undefined when this run never could. */
export const earlierAddressOf = (name: string): string | undefined => earlierAddresses.get(name);

/**
The options with which the system's resolver gives up after about four seconds, by the text of /etc/resolv.conf. Its own
limit is ten seconds with one name server, so a second name server is asked late. Undefined where the file sets limits.
Source: https://man7.org/linux/man-pages/man5/resolv.conf.5.html
*/
export function resolverLimits(resolvConf: string): string | undefined {
	if (/^\s*options\b.*\b(?:timeout|attempts):/m.test(resolvConf)) {
		return undefined;
	}

	const servers = resolvConf.match(/^\s*nameserver\s/gm)?.length ?? 0;
	return servers > 2 ? 'timeout:1 attempts:1' : servers > 1 ? 'timeout:2 attempts:1' : 'timeout:2 attempts:2';
}

let isLimited = false;

/** Limits the system's resolver, unless the user has. It reads the variable when a thread looks up its first name. */
function limitResolver(): void {
	if (isLimited) {
		return;
	}

	isLimited = true;
	if (process.platform === 'linux' && process.env.RES_OPTIONS === undefined) {
		let limits: string | undefined;
		try {
			limits = resolverLimits(readFileSync('/etc/resolv.conf', 'utf8'));
		} catch {
			// Without the file, the resolver asks this machine.
		}

		if (limits !== undefined) {
			process.env.RES_OPTIONS = limits;
		}
	}
}

/** Whether the resolver is still asked for a name. Its thread cannot be ended, and Node waits for it at its exit. */
export const isLookingUp = (): boolean => underWay.size > 0;

/** Lookups that are under way, by name and options. */
const underWay = new Map<string, Promise<readonly LookupAddress[]>>();

/**
Asks the system for the addresses of a name. All who ask for one name meanwhile get the answer of one lookup: a name server
that does not answer holds a thread of Node for each lookup, for ten seconds or more, and Node has four.
*/
export function addressesOf(name: string, options: LookupOptions = {}): Promise<readonly LookupAddress[]> {
	limitResolver();
	const key = `${name} ${options.family ?? 0} ${options.hints ?? 0}`;
	const asked =
		underWay.get(key) ??
		new Promise<readonly LookupAddress[]>((resolve, reject) => {
			dns.lookup(name, {...options, all: true, order: 'verbatim'}, (error, addresses) => {
				underWay.delete(key);
				if (error === null) {
					const [first] = addresses;
					if (first !== undefined && first.address !== name) {
						earlierAddresses.set(name, first.address);
					}

					resolve(addresses);
				} else {
					reject(error);
				}
			});
		});
	underWay.set(key, asked);
	return asked;
}

/** Keeps an address that a name had in an earlier run. */
export function rememberAddress(name: string, address: string): void {
	earlierAddresses.set(name, earlierAddresses.get(name) ?? address);
}

export type LookupError = {readonly code: string; readonly message: string};

/** Codes of a name that was not resolved. */
const unresolved: ReadonlySet<string> = new Set(['EAI_AGAIN', 'ENOTFOUND']);

/** An error of a lookup with the address that the name had before, where that is known. */
export function withEarlierAddress(name: string, error: LookupError): LookupError {
	const earlier = unresolved.has(error.code) ? earlierAddressOf(name) : undefined;
	return earlier === undefined ? error : {code: error.code, message: `${error.message}; before: ${earlier}`};
}

/** The lookup of one connection's name. An address is not looked up. */
export class NameLookup {
	/** The name that the name server was asked for; undefined before, and for an address. */
	#name: string | undefined;
	#isPending = false;
	/** The address of the name, where it has a single one. */
	#address: string | undefined;

	/** What `net.connect` and `tls.connect` take as `lookup`. */
	readonly lookup: LookupFunction = (name, options, tell) => {
		this.#name = name;
		this.#isPending = true;
		addressesOf(name, options).then(
			addresses => {
				this.#isPending = false;
				const [first] = addresses;
				this.#address = addresses.length === 1 ? first?.address : undefined;
				if (options.all === true) {
					tell(null, [...addresses]);
				} else {
					tell(null, first?.address ?? '', first?.family);
				}
			},
			(error: NodeJS.ErrnoException) => {
				this.#isPending = false;
				tell(error, '');
			},
		);
	};

	/** The one address to which the connection is made; undefined before a name has it, and where it has several. */
	addressOf(host: string): string | undefined {
		return this.#name === undefined ? host : this.#address;
	}

	/**
	The error of the connection, with what the lookup knows of it. A connection that timed out while its name was looked
	up has sent nothing to the server.
	*/
	explain(error: LookupError): LookupError {
		if (this.#name === undefined) {
			return error;
		}

		const isNameServer = this.#isPending && error.code === 'ETIMEDOUT';
		const cause = isNameServer ? {code: 'EAI_AGAIN', message: `getaddrinfo EAI_AGAIN ${this.#name}`} : error;
		return withEarlierAddress(this.#name, cause);
	}
}
