import path from 'node:path';

/**
A reporter for Node's test runner. It writes one line of JSON about the run.

- `passed`, `failed`: the numbers of tests. A test that was ended before its end has failed.
- `passedByFile`: the number of passed tests in each file that ran to its end.
- `failedFiles`: the files with a failed test, by the paths that the runner was given.
- `failedTests`: the failed tests: `[{file, title}]`. A test whose subtests failed is not among them, its subtests are.
- `unfinished`: the tests that were running when their file was ended, as after a hang: `[{file, title}]`.
*/
export default async function* testOutcome(events) {
	const outcome = {passed: 0, failed: 0, passedByFile: {}, failedFiles: [], failedTests: [], unfinished: []};
	const started = new Map();
	for await (const {type, data} of events) {
		// The runner reports each file as a test with the file's name.
		const isFile = data.file !== undefined && data.nesting === 0 && path.resolve(data.name) === data.file;
		const key = `${data.nesting} ${data.file} ${data.name}`;
		if (type === 'test:dequeue' && !isFile) {
			started.set(key, {file: data.file, title: data.name});
		} else if (type === 'test:complete' && !isFile) {
			started.delete(key);
			if (data.details.error !== undefined && data.details.error.failureType !== 'subtestsFailed') {
				outcome.failedTests.push({file: data.file, title: data.name});
			}
		} else if (type === 'test:complete' && data.details.error !== undefined) {
			outcome.failedFiles.push(data.file);
		} else if (type === 'test:summary' && data.file !== undefined) {
			outcome.passedByFile[data.file] = data.counts.passed;
		} else if (type === 'test:summary') {
			outcome.passed = data.counts.passed;
			outcome.failed = data.counts.failed + data.counts.cancelled;
		}
	}

	outcome.unfinished = [...started.values()];
	yield JSON.stringify(outcome);
}
