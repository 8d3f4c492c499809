import assert from 'node:assert/strict';
import dns from 'node:dns';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import {endNow} from '../../source/commands/end-at-once.js';
import {addressesOf} from '../../source/wire/name-lookup.js';

/** Replaces a property for the time of a test. */
function replace(context: TestContext, of: object, name: string, value: unknown): void {
	const before = Object.getOwnPropertyDescriptor(of, name);
	Object.defineProperty(of, name, {value, configurable: true, writable: true});
	context.after(() => {
		if (before !== undefined) {
			Object.defineProperty(of, name, before);
		}
	});
}

/** Ends the process in a test: what would have run, in order. */
function ends(context: TestContext, exitCode: number): readonly string[] {
	const ran: string[] = [];
	const stop = new Error('the process has ended');
	const take =
		(what: string) =>
		(...words: readonly unknown[]) => {
			ran.push(`${what} ${JSON.stringify(words)}`);
			throw stop;
		};
	replace(context, process, 'execve', take('execve'));
	replace(context, process, 'exit', take('exit'));
	replace(context, process, 'listenerCount', () => 0);
	assert.throws(() => endNow(exitCode), stop);
	return ran;
}

test('a process without a lookup ends by itself', context => {
	assert.deepEqual(ends(context, 2), ['exit [2]']);
});

test('a process whose lookup is not answered ends without waiting for it, with the same exit code', async context => {
	const {promise: asked, resolve: noteAsked} = Promise.withResolvers<(error: Error) => void>();
	replace(context, dns, 'lookup', (_name: string, _options: unknown, answer: (error: Error) => void) =>
		noteAsked(answer),
	);
	const lookup = addressesOf('silent.example');
	const answer = await asked;
	assert.deepEqual(ends(context, 2), ['execve ["/bin/sh",["sh","-c","exit 2"]]']);
	answer(new Error('late'));
	await assert.rejects(lookup, /late/);
	assert.deepEqual(ends(context, 1), ['exit [1]']);
});
