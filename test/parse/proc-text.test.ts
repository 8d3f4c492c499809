import assert from 'node:assert/strict';
import test from 'node:test';
import {
	cgroupOwner,
	isReadOnlyMount,
	kernelBytes,
	parseBootTime,
	parseCgroups,
	parseColonTable,
	parseHugePages,
	parseNumberList,
	parseOpenFilesLimit,
	parsePressure,
	parseProcessLimit,
	parseProcessorLimit,
	parseProcessorTime,
	parseProcessStat,
	parseSocketTable,
	parseStartTicks,
	parseThrottling,
	parseUnixSocketTable,
	parseUse,
} from '../../source/parse/proc-text.js';

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 31415 1 0000000000000000 100 0 0 10 0
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 27182 1 0000000000000000 100 0 0 10 0
   2: 0100007F:18EB 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 99999 1 0000000000000000 20 4 30 10 -1
`;

const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:18EB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 00000000000000000000000000000000:18EB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:18EB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0
   3: B80D0120000000000000000001000000:18EB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 14 1 0 100 0 0 10 0
`;

test('listening sockets are read with their queue, and connections are left out', () => {
	assert.deepEqual(parseSocketTable(tcp), [
		{address: '127.0.0.1', port: 6379, queued: 2, inode: '31415'},
		{address: '0.0.0.0', port: 8080, queued: 0, inode: '27182'},
	]);
	assert.deepEqual(
		parseSocketTable(tcp6).map(({address}) => address),
		['::1', '::', '127.0.0.1', '2001:db8::1'],
	);
	assert.deepEqual(
		parseUnixSocketTable(
			`Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 777 /run/redis.sock
0000000000000000: 00000003 00000000 00000000 0001 03 778 /run/redis.sock
0000000000000000: 00000002 00000000 00010000 0001 01 779
`,
		),
		[{address: '/run/redis.sock', port: 0, queued: undefined, inode: '777'}],
	);
});

test('name and state of a process are read, whatever characters the name has', () => {
	assert.deepEqual(parseProcessStat('12 (redis-server) T 1 12 12 0'), {name: 'redis-server', state: 'stopped'});
	assert.deepEqual(parseProcessStat('12 (a) b (c) D 1'), {name: 'a) b (c', state: 'disk-wait'});
	assert.deepEqual(parseProcessStat('12 (x) Z 1').state, 'zombie');
	assert.deepEqual(parseProcessStat(''), {name: '', state: 'unknown'});
});

test('a thread of the kernel is known by its flag, whatever its parent seems to be', () => {
	const fields = (flags: number) => `0 0 0 0 -1 ${flags} 0 0 0 0 150 65 0 0 20 0 1 0 4000 0 7`;
	const kernel = parseUse(`1817 (kworker/1:2-events) I ${fields(69238880).replace(/^0/, '2')}`);
	assert.deepEqual(kernel, {parentId: 2, isKernelThread: true, ticks: 215, residentBytes: 28_672});
	assert.equal(parseUse(`7 (kworker/1:2) I ${fields(69238880)}`).isKernelThread, true);
	assert.equal(parseUse(`7 (gzip) R ${fields(4194304)}`).isKernelThread, false);
	for (const broken of ['', '7 (gzip) R 1', `7 (gzip) R ${fields(Number.NaN)}`]) {
		assert.equal(parseUse(broken).isKernelThread, false, broken);
	}
});

test('a list of processors is read', () => {
	assert.deepEqual([...(parseNumberList('0-2,8\n') ?? [])], [0, 1, 2, 8]);
	assert.deepEqual([...(parseNumberList('1') ?? [])], [1]);
	assert.equal(parseNumberList(''), undefined);
	assert.equal(parseNumberList('a-b'), undefined);
});

test('processor time is the sum of all processors, with the time that the host took', () => {
	const text = 'cpu  100 2 30 4000 5 6 7 50 9 0\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5';
	assert.deepEqual(parseProcessorTime(text), {total: 4200, stolen: 50, runnable: undefined, processors: 1});
	const more = parseProcessorTime(`${text}\ncpu1 1 2 3 4 5 6 7 8 0 0\nprocs_running 7\nprocs_blocked 1\n`);
	assert.deepEqual([more?.runnable, more?.processors], [7, 2]);
	for (const other of ['', 'cpu  1 2 3', 'cpu0 1 2 3 4 5 6 7 8', 'cpu  a b c d e f g h']) {
		assert.equal(parseProcessorTime(other), undefined, other);
	}
});

test('colon tables, sizes, open-file limits and huge-page modes are read', () => {
	const status = parseColonTable('Name:\tredis-server\nVmRSS:\t    9876 kB\nTHP_enabled:\t0\nbroken\n');
	assert.equal(kernelBytes(status.get('VmRSS')), 9876 * 1024);
	assert.equal(kernelBytes(undefined), undefined);
	assert.equal(kernelBytes('many kB'), undefined);
	assert.equal(parseOpenFilesLimit('Max open files            1024                 524288               files'), 1024);
	assert.equal(
		parseOpenFilesLimit('Max open files            unlimited            unlimited            files'),
		Infinity,
	);
	assert.equal(parseOpenFilesLimit(''), undefined);
	assert.equal(
		parseProcessLimit('Max processes             96364                96364                processes'),
		96_364,
	);
	assert.equal(
		parseProcessLimit('Max processes             unlimited            unlimited            processes'),
		Infinity,
	);
	assert.equal(parseProcessLimit(''), undefined);
	assert.equal(parseHugePages('always [madvise] never'), 'madvise');
	assert.equal(parseHugePages('nonsense'), undefined);
});

const id = 'ab12'.repeat(16);

test('the control group of a process names its systemd unit or container', () => {
	const cases: ReadonlyArray<readonly [string, ReturnType<typeof cgroupOwner>]> = [
		['0::/system.slice/redis-server.service', {kind: 'systemd', unit: 'redis-server.service'}],
		['0::/system.slice/system-redis.slice/redis@6380.service', {kind: 'systemd', unit: 'redis@6380.service'}],
		['0::/user.slice/user-1000.slice/user@1000.service/app.slice/tmux.scope', {kind: 'none'}],
		[`0::/system.slice/docker-${id}.scope`, {kind: 'container', engine: 'docker', id}],
		[`5:memory:/docker/${id}\n0::/`, {kind: 'container', engine: 'docker', id}],
		[`0::/machine.slice/libpod-${id}.scope/container`, {kind: 'container', engine: 'podman', id}],
		[
			`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope`,
			{kind: 'container', engine: 'kubernetes', id},
		],
		['0::/', {kind: 'none'}],
		['', {kind: 'none'}],
	];
	for (const [text, owner] of cases) {
		assert.deepEqual(cgroupOwner(text), owner, text);
	}

	assert.deepEqual(parseCgroups('6:freezer:/d\n5:memory:/a\n4:cpu,cpuacct:/b\n0::/c'), {
		unified: '/c',
		memory: '/a',
		processor: '/b',
		freezer: '/d',
		processes: undefined,
	});
});

test('a folder belongs to the mount with the longest matching path', () => {
	const mounts = `20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 20 8:2 / /var rw - ext4 /dev/sdb rw
31 30 8:3 / /var/lib/redis ro,nosuid - ext4 /dev/sdc rw
32 30 8:4 / /srv rw,relatime - ext4 /dev/sdd ro,errors=remount-ro
`;
	assert.equal(isReadOnlyMount(mounts, '/var/lib/redis'), true);
	assert.equal(isReadOnlyMount(mounts, '/var/lib/redis2'), false);
	// After an error of the disk.
	assert.equal(isReadOnlyMount(mounts, '/srv/redis'), true);
	assert.equal(isReadOnlyMount('', '/var'), undefined);
});

test('the start times of a process and of the machine are read', () => {
	const after = Array.from({length: 18}, (_, index) => index).join(' ');
	assert.equal(parseStartTicks(`7 (a) b) S ${after} 4242 99`), 4242);
	assert.equal(parseStartTicks('7 (a) S 1'), undefined);
	assert.equal(parseBootTime('cpu 1 2\nbtime 1764000000\nprocesses 5'), 1_764_000_000_000);
	assert.equal(parseBootTime('cpu 1 2'), undefined);
});

test('processor pressure is the share of `some avg10`', () => {
	assert.equal(parsePressure('some avg10=85.00 avg60=1.00 avg300=0.00 total=5\nfull avg10=0.00'), 0.85);
	assert.equal(parsePressure('full avg10=3.00 avg60=1.00'), undefined);
	assert.equal(parsePressure(''), undefined);
});

test('the limit of processor time and the throttled periods are read', () => {
	assert.equal(parseProcessorLimit('50000 100000'), 0.5);
	for (const none of ['max 100000', '-1 100000', '', '5 0', 'a b']) {
		assert.equal(parseProcessorLimit(none), undefined, none);
	}

	const text = 'usage_usec 5\nnr_periods 39\nnr_throttled 17\nthrottled_usec 467487\n';
	assert.deepEqual(parseThrottling(text), {periods: 39, throttled: 17});
	assert.equal(parseThrottling('usage_usec 5\n'), undefined);
});
