import assert from 'node:assert/strict';
import test from 'node:test';
import {createStore} from '../../source/state/external-store.js';

test('listeners are called for each change, and for nothing else', () => {
	const store = createStore(1);
	const received: number[] = [];
	const unsubscribe = store.subscribe(() => received.push(store.get()));
	store.set(2);
	store.set(2);
	store.set(3);
	unsubscribe();
	store.set(4);
	assert.deepEqual(received, [2, 3]);
	assert.equal(store.get(), 4);
});

test('replacing NaN by NaN is no change', () => {
	const store = createStore(Number.NaN);
	store.subscribe(() => assert.fail('told of nothing'));
	store.set(Number.NaN);
});

test('a listener that unsubscribes while it is called does not stop the others', () => {
	const store = createStore(0);
	let received = 0;
	const leave = store.subscribe(() => leave());
	store.subscribe(() => {
		received += 1;
	});
	store.set(1);
	store.set(2);
	assert.equal(received, 2);
});
