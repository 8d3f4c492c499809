import type {KeyName} from '../keys/bindings.js';
import type {ViewEvent} from '../state/reduce-view.js';

/** What a key does to the filter that is being typed; undefined for a key that does nothing there. */
export function filterEvent(draft: string, key: KeyName): ViewEvent | undefined {
	switch (key) {
		case 'enter': {
			return {kind: 'filter-kept'};
		}

		case 'escape': {
			return {kind: 'filter-cleared'};
		}

		case 'backspace': {
			return {kind: 'filter-typed', text: [...draft].slice(0, -1).join('')};
		}

		case 'space': {
			return {kind: 'filter-typed', text: `${draft} `};
		}

		default: {
			return [...key].length === 1 ? {kind: 'filter-typed', text: draft + key} : undefined;
		}
	}
}
