import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import {crashReport, type ExitReason, installExitHandlers} from '../../source/terminal/exit-handlers.js';

const errorWith = (message: string, stack: string | undefined): Error => {
	const error = new Error(message);
	if (stack === undefined) {
		delete error.stack;
	} else {
		error.stack = stack;
	}

	return error;
};

const deepStack = ['TypeError: no', ...Array.from({length: 20}, (_, line) => `    at f${line} (file.js:${line})`)].join(
	'\n',
);

const reports: ReadonlyArray<readonly [string, unknown, RegExp]> = [
	['a deep stack is cut', errorWith('no', deepStack), /^TypeError: no\n {4}at f0 .*\n {4}at f1 .*\n {4}at f2 .*\n$/m],
	['an error without a stack', errorWith('short', undefined), /^short$/m],
	['something else that was thrown', 'a string', /^a string$/m],
	['nothing at all', undefined, /^undefined$/m],
	['hostile words can’t act on the terminal', errorWith('x', 'Error: \u001B[2J\u0007gone\n at y'), /\\x1b\[2J\\agone/],
];

for (const [name, error, pattern] of reports) {
	test(`crash report: ${name}`, () => {
		const report = crashReport(error, '1.2.3');
		assert.match(report, pattern);
		assert.match(report, /^redis-top 1\.2\.3 has crashed/);
		assert.ok(report.endsWith('\n'));
		assert.ok(report.split('\n').length <= 6, 'five lines at most');
		assert.doesNotMatch(report, /[\u0000-\u0009\u000B-\u001F\u007F]/);
	});
}

const signals = {SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143} as const;
for (const [signal, exitCode] of Object.entries(signals)) {
	test(`${signal} calls leave once, and the listeners can be removed`, () => {
		const before = process.listenerCount(signal);
		const ways: ExitReason[] = [];
		const stopHandling = installExitHandlers(way => ways.push(way));
		try {
			process.emit(signal as NodeJS.Signals);
			process.emit('SIGTERM');
		} finally {
			stopHandling();
		}

		assert.deepEqual(ways, [{kind: 'signal', signal, exitCode}]);
		assert.equal(process.listenerCount(signal), before);
	});
}

const broken: ReadonlyArray<readonly [string, ExitReason['kind']]> = [
	['EPIPE', 'terminal-gone'],
	['EIO', 'terminal-gone'],
	['ENOSPC', 'crash'],
];
for (const [code, kind] of broken) {
	test(`output that fails with ${code}: ${kind}`, () => {
		const ways: ExitReason[] = [];
		const stopHandling = installExitHandlers(way => ways.push(way));
		try {
			process.stdout.emit('error', Object.assign(new Error('write failed'), {code}));
		} finally {
			stopHandling();
		}

		assert.deepEqual(
			ways.map(way => way.kind),
			[kind],
		);
	});
}
