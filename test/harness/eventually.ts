/** Calls `probe` until it gives something other than undefined; throws with `what` when that takes longer than 30 s. */
export async function eventually<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const found = await probe();
		if (found !== undefined) {
			return found;
		}

		if (Date.now() > deadline) {
			throw new Error(`waited 30 s in vain: ${what}`);
		}

		await new Promise(resolve => setTimeout(resolve, 20));
	}
}
