/** The part of a store that React's `useSyncExternalStore` needs. */
export type ExternalStore<T> = {
	get(): T;
	set(value: T): void;
	/** Calls `listener` after each change. Returns the function that unsubscribes `listener`. */
	subscribe(listener: () => void): () => void;
};

export function createStore<T>(initial: T): ExternalStore<T> {
	let current = initial;
	const listeners = new Set<() => void>();
	return {
		get: () => current,
		set(value) {
			if (Object.is(current, value)) {
				return;
			}

			current = value;
			for (const listener of listeners) {
				listener();
			}
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
	};
}
