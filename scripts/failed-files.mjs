/** A reporter for Node's test runner: the files in which a test failed, one a line, and nothing else. */
export default async function* failedFiles(events) {
	const files = new Set();
	for await (const {type, data} of events) {
		if (type === 'test:fail' && data.file !== undefined) {
			files.add(data.file);
		}
	}

	yield [...files].map(file => `${file}\n`).join('');
}
