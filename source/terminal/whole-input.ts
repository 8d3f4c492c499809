import {systemClock} from '../domain/clock.js';
import {escapeKeyMs, InputSequences} from './input-sequences.js';
import type {ReadableInput} from './mouse-input.js';

/** The part of stdin that is needed to read whole sequences. The event `readable` says that there is input to read. */
type SignallingInput = ReadableInput & {emit(event: 'readable'): boolean};

/**
Makes `input.read` return whole sequences and no reports, by `InputSequences`. Without this function, Ink would take the
rest of a sequence for keys if the rest arrives 20 ms after the escape character. Ink would also read the body of a
report as keys. Returns a function that restores `input.read`.

@param translate Changes the whole sequences, such as those of function keys, which Ink drops.
*/
export function readWholeSequences(
	input: SignallingInput,
	translate: (text: string) => string = text => text,
): () => void {
	const {read} = input;
	const sequences = new InputSequences();
	let key = '';
	let timer: NodeJS.Timeout | undefined;
	const tellEscape = () => {
		key = sequences.escapeKey(systemClock.elapsed());
		if (key !== '') {
			input.emit('readable');
		}
	};

	input.read = size => {
		if (key !== '') {
			const pressed = key;
			key = '';
			return pressed;
		}

		const chunk = read.call(input, size);
		if (typeof chunk !== 'string') {
			return chunk;
		}

		clearTimeout(timer);
		const text = translate(sequences.push(chunk, systemClock.elapsed()));
		timer = sequences.isEscapePending ? setTimeout(tellEscape, escapeKeyMs) : undefined;
		return text;
	};

	return () => {
		clearTimeout(timer);
		input.read = read;
	};
}
