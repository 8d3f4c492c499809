import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PtyScreen} from '../harness/pty.js';
import {
	addressOf,
	at,
	auditOf,
	chooseAction,
	closeBox,
	deadTimeOver,
	openMonitor,
	serverFor,
	typeKeys,
} from './monitor.js';

/** Goes from a box whose value is typed already to the proof of its action. */
async function confirm(screen: PtyScreen, letter: string, address: string): Promise<void> {
	await screen.waitFor(/sends[\s\S]*> _[\s\S]*> Cancel </);
	await typeKeys(screen, address);
	await screen.waitFor(new RegExp(`press ${letter} to send`));
	await deadTimeOver();
	screen.press(letter);
	await screen.waitFor(/verified: [\s\S]*Enter or Esc closes/);
}

test('a line reminds of a temporary change until U undoes it through the same guarded box', async t => {
	const server = await serverFor(t);
	const address = addressOf(server);
	const screen = await openMonitor(t, at(server), {cols: 80, rows: 24});
	await screen.waitFor(/ok .*answers/);
	screen.press('U');
	await screen.waitFor(/there is no temporary change to undo/);

	await chooseAction(screen, 'Et', address);
	await screen.waitFor(/Actions are locked[\s\S]*type \S+ to unlock/);
	await typeKeys(screen, address);
	await screen.waitFor(/Enter goes on/);
	await typeKeys(screen, 'no');
	screen.press('\r');
	await screen.waitFor(/sends +CONFIG SET stop-writes-on-bgsave-error no\b/);
	await confirm(screen, 't', address);
	await screen.waitFor(/u undoes it: CONFIG SET stop-writes-on-bgsave-error yes/);
	await closeBox(screen);
	await screen.waitFor(/! temporary: CONFIG SET stop-writes/);

	screen.press('U');
	await screen.waitFor(/sends +CONFIG SET stop-writes-on-bgsave-error yes/);
	// Ctrl-Y copies the command and sends nothing. Enter sends nothing either.
	screen.press('\u{19}');
	await screen.waitFor(/copied: CONFIG SET stop-writes-on-bgsave-error yes/);
	await deadTimeOver();
	screen.press('\r');
	await screen.waitFor(lines => !/> Cancel </.test(lines.join('\n')), {what: 'cancelled'});
	assert.deepEqual(await server.command('CONFIG', 'GET', 'stop-writes-on-bgsave-error'), [
		'stop-writes-on-bgsave-error',
		'no',
	]);

	screen.press('U');
	await screen.waitFor(/sends +CONFIG SET stop-writes-on-bgsave-error yes/);
	await confirm(screen, 't', address);
	await closeBox(screen);
	await screen.waitFor(lines => !/! temporary/.test(lines.join('\n')), {what: 'the reminder gone'});
	assert.deepEqual(
		auditOf(screen).map(({phase}) => phase),
		['unlocked', 'intent', 'outcome', 'verified', 'aborted', 'intent', 'outcome', 'verified'],
	);
});
