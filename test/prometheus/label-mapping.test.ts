import assert from 'node:assert/strict';
import test from 'node:test';
import {addressOf, type Endpoint} from '../../source/domain/node.js';
import {labelMapping, mappedEndpoint, mappedValue, usualEndpoint} from '../../source/prometheus/label-mapping.js';

const tcp = (host: string, port: number): Endpoint => ({kind: 'tcp', host, port});

test('a mapping is a name, or a name with a template that has the host once', () => {
	assert.deepEqual(labelMapping('addr'), {label: 'addr', template: '{host}:{port}'});
	assert.deepEqual(labelMapping('pod={host}'), {label: 'pod', template: '{host}'});
	for (const wrong of ['', '1a', 'a-b', 'a=', 'a={port}', 'a={host}{host}', 'a={host}:{port}:{port}', '=x']) {
		assert.equal(labelMapping(wrong), undefined, wrong);
	}
});

test('a mapped label and an address lead to each other', () => {
	for (const [mapping, endpoint, value] of [
		['addr', tcp('10.0.1.11', 6379), '10.0.1.11:6379'],
		['target=redis://{host}:{port}', tcp('redis-a', 6380), 'redis://redis-a:6380'],
		['pod={host}', tcp('redis-0', 6379), 'redis-0'],
	] as const) {
		const found = labelMapping(mapping);
		assert.ok(found !== undefined);
		assert.equal(mappedValue(found, endpoint), value);
		assert.deepEqual(mappedEndpoint(found, {[found.label]: value}), endpoint);
	}

	const pod = labelMapping('pod={host}');
	assert.ok(pod !== undefined);
	assert.deepEqual(mappedEndpoint(pod, {pod: 'redis-0', tcp_port: '7000'}), tcp('redis-0', 7000));
	assert.equal(mappedEndpoint(pod, {pod: 'a b'}), undefined);
	assert.equal(mappedEndpoint(pod, {}), undefined);
	assert.equal(mappedValue(pod, {kind: 'unix', path: '/run/redis.sock'}), undefined);
});

test('without a mapping the address is read from the usual labels', () => {
	for (const [labels, address] of [
		[{instance: '10.0.1.11:6379'}, '10.0.1.11:6379'],
		[{instance: 'redis://10.0.1.11:6379'}, '10.0.1.11:6379'],
		[{instance: 'rediss://user@redis-a:6380/0'}, 'redis-a:6380'],
		[{instance: 'exporter:9121', addr: 'redis://10.0.1.12:7000'}, '10.0.1.12:7000'],
		[{instance: '10.0.1.11:9121', tcp_port: '6390'}, '10.0.1.11:6390'],
		[{instance: '10.0.1.11:9121'}, '10.0.1.11:6379'],
		[{instance: '[fd00::11]:6379'}, '[fd00::11]:6379'],
		[{instance: 'redis-0', tcp_port: '7001'}, 'redis-0:7001'],
		[{instance: 'a:99999'}, undefined],
		[{instance: ''}, undefined],
		[{}, undefined],
	] as const) {
		const endpoint = usualEndpoint(labels);
		assert.equal(endpoint && addressOf(endpoint), address, JSON.stringify(labels));
	}
});
