import {readFileSync} from 'node:fs';
import path from 'node:path';

/** The servers whose replies `scripts/capture-fixtures.mjs` captured. */
export const fixtureServers = ['redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'] as const;

export type FixtureServer = (typeof fixtureServers)[number];

/** A captured reply as text: `fixture('redis-7.0', 'primary/info.txt')`. Tests run in the project's root. */
export function fixture(server: FixtureServer, file: string): string {
	return readFileSync(path.join('test', 'fixtures', server, file), 'utf8');
}

/** A captured reply that is an array, a number or null. */
export function fixtureReply<T = never>(server: FixtureServer, file: string): T {
	return JSON.parse(fixture(server, file)) as T;
}
