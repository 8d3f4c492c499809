/**
Calls `probe` until it returns something other than undefined, and resolves with the result. Throws an error that
contains `what` after `deadlineMs` milliseconds.
*/
export async function eventually<T>(
	what: string,
	probe: () => T | undefined | Promise<T | undefined>,
	deadlineMs = 30_000,
): Promise<T> {
	const deadline = Date.now() + deadlineMs;
	for (;;) {
		const found = await probe();
		if (found !== undefined) {
			return found;
		}

		if (Date.now() > deadline) {
			throw new Error(`waited ${deadlineMs / 1000} s without success: ${what}`);
		}

		await new Promise(resolve => setTimeout(resolve, 20));
	}
}
