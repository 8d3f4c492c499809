import type {KeyName} from '../../keys/bindings.js';
import type {ViewEvent} from '../../state/reduce-view.js';
import type {HelpSearch, ViewState} from '../../state/view-state.js';

type Typing = {readonly kind: 'typed'; readonly text: string} | {readonly kind: 'kept' | 'cleared'};

/**
What a keyboard key does to a text that is being typed: change it, finish it (`kept`) or clear it (`cleared`). Undefined
for a key that does none of these.
*/
export function typing(draft: string, key: KeyName): Typing | undefined {
	switch (key) {
		case 'enter': {
			return {kind: 'kept'};
		}

		case 'escape': {
			return {kind: 'cleared'};
		}

		case 'backspace': {
			return {kind: 'typed', text: [...draft].slice(0, -1).join('')};
		}

		case 'space': {
			return {kind: 'typed', text: `${draft} `};
		}

		default: {
			return [...key].length === 1 ? {kind: 'typed', text: draft + key} : undefined;
		}
	}
}

function filterEvent(draft: string, key: KeyName): ViewEvent | undefined {
	const typed = typing(draft, key);
	switch (typed?.kind) {
		case 'typed': {
			return {kind: 'filter-typed', text: typed.text};
		}

		case 'kept': {
			return {kind: 'filter-kept'};
		}

		case 'cleared': {
			return {kind: 'filter-cleared'};
		}

		case undefined: {
			return undefined;
		}
	}
}

function helpSearchEvent({text}: HelpSearch, key: KeyName): ViewEvent | undefined {
	const typed = typing(text, key);
	switch (typed?.kind) {
		case 'typed': {
			return {kind: 'help-searched', search: {text: typed.text, isTyping: true}};
		}

		case 'kept': {
			return {kind: 'help-searched', search: text.trim() === '' ? undefined : {text, isTyping: false}};
		}

		case 'cleared': {
			return {kind: 'help-searched', search: undefined};
		}

		case undefined: {
			return undefined;
		}
	}
}

const searchIn = ({overlay}: ViewState): HelpSearch | undefined =>
	overlay?.kind === 'help' && overlay.search?.isTyping === true ? overlay.search : undefined;

/**
The effect of a key on the filter or the help search that is being typed; undefined for a key that keeps its usual
meaning. A filter takes every key. A help search takes every key except the arrow keys, which scroll the help.
*/
export function typingOf(view: ViewState, key: KeyName): {readonly event: ViewEvent | undefined} | undefined {
	if (view.filterDraft !== undefined) {
		return {event: filterEvent(view.filterDraft, key)};
	}

	const search = searchIn(view);
	const event = search === undefined ? undefined : helpSearchEvent(search, key);
	return event === undefined ? undefined : {event};
}

/**
Adds pasted text to the filter, the moment or the help search that is being typed. Undefined when nothing is being
typed.
*/
export function pastedEvent(view: ViewState, text: string): ViewEvent | undefined {
	if (view.filterDraft !== undefined) {
		return {kind: 'filter-typed', text: view.filterDraft + text};
	}

	if (view.timeDraft !== undefined) {
		return {kind: 'time-typed', text: view.timeDraft + text};
	}

	const search = searchIn(view);
	return search === undefined ? undefined : {kind: 'help-searched', search: {...search, text: search.text + text}};
}
