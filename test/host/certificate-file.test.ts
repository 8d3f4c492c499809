import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {readCertificateFile} from '../../source/host/certificate-file.js';
import {readConfigEvidence} from '../../source/host/config-evidence.js';
import {Gaps} from '../../source/host/gaps.js';
import {makeCertificates} from '../harness/certificates.js';

const made = makeCertificates();
test.after(() => made?.remove());

test('the dates of the certificate in the file of a server are read, and nothing else is', {
	skip: made === undefined,
}, async () => {
	assert.ok(made !== undefined);
	const [server, expired] = await Promise.all(
		['server', 'expired'].map(name => readCertificateFile(path.join(made.dir, `${name}.crt`))),
	);
	assert.ok(server !== undefined && expired !== undefined);
	assert.equal(server.path, path.join(made.dir, 'server.crt'));
	assert.ok(server.validFromMs < server.validToMs && server.validToMs > Date.now());
	assert.ok(expired.validToMs < Date.now());
	assert.ok(server.changedAtMs <= Date.now());
	assert.equal(await readCertificateFile(path.join(made.dir, 'server.key')), undefined);
	assert.equal(await readCertificateFile(path.join(made.dir, 'none.crt')), undefined);
	assert.equal(await readCertificateFile('server.crt'), undefined);
	assert.equal(await readCertificateFile(undefined), undefined);
});

test('the certificate is that of the config file', {skip: made === undefined}, async () => {
	assert.ok(made !== undefined);
	const file = path.join(made.dir, 'redis.conf');
	const cert = path.join(made.dir, 'server.crt');
	writeFileSync(file, `tls-cert-file ${cert}\nmaxmemory 1gb\nrequirepass secret\n`);
	const found = await readConfigEvidence(file, false, new Gaps());
	assert.equal(found?.certificate?.path, cert);
	assert.deepEqual([...(found?.settings.keys() ?? [])], ['maxmemory']);
	assert.equal(await readConfigEvidence(undefined, false, new Gaps()), undefined);
});
