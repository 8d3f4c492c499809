import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {asciiGlyphs} from '../../source/text/glyphs.js';
import type {CredentialsAnswer} from '../../source/views/control/password-control.js';
import {type AppScreenOptions, mountOnScreen} from '../harness/app-screen.js';
import {eventually} from '../harness/eventually.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

const nowMs = sampledAtMs + 300;
const address = '10.0.1.11:6379';

const failure = {layer: 'auth', code: 'NOAUTH', problem: 'wants a password (NOAUTH)', state: 'refusing'} as const;
const refusing = stateOf([{...emptyRecord(address), reach: 'refusing', failure, failingSinceMs: sampledAtMs}]);

type Tried = readonly [node: string, user: string | undefined, password: string];

async function opened(
	t: TestContext,
	answers: readonly CredentialsAnswer[] = [],
	options: Partial<AppScreenOptions> = {},
) {
	const tried: Tried[] = [];
	const rest = [...answers];
	const app = mountOnScreen(t, {
		state: refusing,
		nowMs,
		tryCredentials: async (node, {username, password}) => {
			tried.push([node, username, password]);
			return rest.shift();
		},
		...options,
	});
	await app.screen.waitFor(/wants a password/);
	app.screen.press('p');
	await app.screen.waitFor(/password for 10\.0\.1\.11:6379/);
	const box = () => {
		const {overlay} = app.view();
		return overlay?.kind === 'password' ? overlay : undefined;
	};
	return {app, tried, box};
}

/** Presses the key, and waits until the box has taken it. */
const taken = async (what: string, isTaken: () => boolean) => eventually(what, () => isTaken() || undefined);

test('a password is typed, never shown, refused in one line, and tried again', async t => {
	const {app, tried, box} = await opened(t, [
		{problem: 'rejects the user or password (WRONGPASS)', alsoAccepted: 0, alsoRefused: 0},
		{problem: undefined, alsoAccepted: 2, alsoRefused: 1},
	]);
	app.screen.press('qz?');
	await app.screen.waitFor(/password {2}•••_/);
	app.screen.press('\r');
	await app.screen.waitFor(/rejects the user or password \(WRONGPASS\)/);
	assert.equal(box()?.passwordLength, 0);

	app.screen.press('\t');
	await taken('the field of the user', () => box()?.field === 'user');
	app.screen.press('ops');
	await app.screen.waitFor(/user {6}ops_/);
	app.screen.press('\r');
	await taken('the field of the password', () => box()?.field === 'password');
	app.screen.press('Tr0ub4dor');
	await app.screen.waitFor(/•{9}_/);
	app.screen.press('\r');
	await app.screen.waitFor(/10\.0\.1\.11:6379 takes it, so do 2 other nodes, 1 other node refuses it/);
	assert.equal(box(), undefined);
	assert.deepEqual(tried, [
		[address, undefined, 'qz?'],
		[address, 'ops', 'Tr0ub4dor'],
	]);
	assert.ok(!JSON.stringify(app.view()).includes('Tr0ub4dor'));
	assert.deepEqual(app.asked, [], 'no key of the password acted');
});

for (const [name, paste] of [
	['bracketed', '\u001B[200~a b;c\n\u001B[201~'],
	['plain', 'a b;c\n'],
] as const) {
	test(`a ${name} paste fills the field and tries nothing`, async t => {
		const {app, tried} = await opened(t, [{problem: undefined, alsoAccepted: 0, alsoRefused: 0}]);
		app.screen.press(paste);
		await app.screen.waitFor(/password {2}•{5}_/);
		assert.deepEqual(tried, []);
		app.screen.press('\r');
		await app.screen.waitFor(/10\.0\.1\.11:6379 takes it/);
		assert.deepEqual(tried, [[address, undefined, 'a b;c']]);
	});
}

test('several pasted lines, and an empty password, are refused with the reason', async t => {
	const {app, tried} = await opened(t);
	app.screen.press('\u001B[200~one\ntwo\u001B[201~');
	await app.screen.waitFor(/the pasted text has several lines/);
	app.screen.press('\r');
	await app.screen.waitFor(/type the password first/);
	assert.deepEqual(tried, []);
});

test('Esc closes the box and forgets what was typed', async t => {
	const {app, box} = await opened(t);
	app.screen.press('abc');
	await app.screen.waitFor(/•••_/);
	app.screen.press('\u001B');
	await taken('the box to close', () => box() === undefined);
	app.screen.press('p');
	await app.screen.waitFor(/password {2}_/);
});

test('a node that answers asks for no password', async t => {
	const state = stateOf([recordFrom({info: {server: {redis_version: '7.2.5'}}})]);
	const app = mountOnScreen(t, {state, nowMs});
	await app.screen.waitFor(/\? help/);
	assert.doesNotMatch(app.screen.lines().join('\n'), /p password/);
	app.screen.press('p');
	await app.screen.waitFor(/asks for no password/);
});

test('the box fits small screens, in ASCII as well', async t => {
	for (const [columns, rows] of [
		[40, 10],
		[60, 15],
	] as const) {
		const {app} = await opened(t, [], {columns, rows, glyphs: asciiGlyphs});
		app.screen.press('abcd');
		await app.screen.waitFor(/password {2}\*{4}_/);
	}
});
