/** Calls `probe` until it gives something other than undefined; throws with `what` when that takes longer than `deadlineMs`. */
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
