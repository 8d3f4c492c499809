import path from 'node:path';

/**
A reporter for Node's test runner: one line of JSON about a run.

- `passed`, `failed`: how many tests. A test that was ended before it was done has failed.
- `passedByFile`: how many in each file that came to its end.
- `failedFiles`: the files in which one failed, as they were given to the runner.
- `unfinished`: the tests that were under way when their file was ended, as a hang is: `[{file, title}]`.
*/
export default async function* testOutcome(events) {
	const outcome = {passed: 0, failed: 0, passedByFile: {}, failedFiles: [], unfinished: []};
	const started = new Map();
	for await (const {type, data} of events) {
		// The runner takes a file for a test whose name is the file's.
		const isFile = data.file !== undefined && data.nesting === 0 && path.resolve(data.name) === data.file;
		const key = `${data.nesting} ${data.file} ${data.name}`;
		if (type === 'test:dequeue' && !isFile) {
			started.set(key, {file: data.file, title: data.name});
		} else if (type === 'test:complete' && !isFile) {
			started.delete(key);
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
