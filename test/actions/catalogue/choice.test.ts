import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {catalogue} from '../../../source/actions/catalogue/catalogue.js';
import {choiceFor, settledCommand} from '../../../source/actions/catalogue/choice.js';
import {commandText} from '../../../source/text/command-words.js';

const cases: ReadonlyArray<readonly [command: string, action: string | undefined, value?: string | undefined]> = [
	['CONFIG SET stop-writes-on-bgsave-error yes', 'set-stop-writes', 'yes'],
	['config set appendonly yes', 'set-appendonly', 'yes'],
	['CONFIG SET save "3600 1 300 100 60 10000"', 'set-save', '3600 1 300 100 60 10000'],
	['CONFIG SET save ""', 'set-save', '""'],
	['CONFIG SET maxmemory 3145728', 'set-maxmemory', '3145728'],
	['CLIENT UNPAUSE', 'client-unpause', undefined],
	['REPLICAOF NO ONE', 'promote', undefined],
	['REPLICAOF 10.0.1.12 6379', 'replicaof', '10.0.1.12 6379'],
	// Whoever writes into the audit log gets nothing sent that couldn't be typed.
	['CONFIG SET save "" dir /etc/cron.d', undefined],
	['CONFIG SET dir /etc/cron.d', undefined],
	['CONFIG SET appendonly "yes\\r\\nFLUSHALL"', undefined],
	['CLIENT UNPAUSE ALL', undefined],
	['FLUSHALL', undefined],
	['', undefined],
];

for (const [command, action, value] of cases) {
	test(`the action that sends ${command}`, () => {
		const choice = choiceFor(command);
		assert.deepEqual([choice?.action, choice?.value], [action, value]);
		if (choice !== undefined) {
			const sent = commandText(settledCommand(choice) ?? []);
			assert.equal(sent.toLowerCase(), command.toLowerCase());
		}
	});
}

test('what a row sends leads back to a choice that sends the same', () => {
	fc.assert(
		fc.property(fc.constantFrom(...catalogue), row => {
			const typed = row.parameter?.read(row.parameter.example);
			const command = [...row.command, ...(typeof typed === 'object' ? typed.words : [])];
			const choice = choiceFor(commandText(command));
			// Some forms take words in their own order (a replica first, then the timeout): those have no way back by text.
			assert.ok(choice === undefined || commandText(settledCommand(choice) ?? []) === commandText(command));
		}),
	);
});

test('any text at all leads to a command of the catalogue, or to none', () => {
	fc.assert(
		fc.property(fc.string(), text => {
			const choice = choiceFor(text);
			assert.ok(choice === undefined || catalogue.some(({id}) => id === choice.action));
		}),
	);
});
