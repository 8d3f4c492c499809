import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import process from 'node:process';

export type ProcessUsage = {readonly cpuSeconds: number; readonly residentBytes: number};

let ticksPerSecond: number | undefined;

/**
The processor time and the memory that a process has used so far. They come from /proc on Linux and from ps elsewhere,
which counts in hundredths of a second at best.
*/
export function usageOf(pid: number): ProcessUsage {
	if (process.platform !== 'linux') {
		return usageFromPs(pid);
	}

	ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}));
	// The second field is the name in parentheses, which may have spaces. All other fields are therefore counted from
	// the end.
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /s, '')
		.split(' ');
	const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
	const residentKb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
	return {cpuSeconds: (userTicks + systemTicks) / ticksPerSecond, residentBytes: residentKb * 1024};
}

function usageFromPs(pid: number): ProcessUsage {
	const [time = '', rss] = execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], {encoding: 'utf8'})
		.trim()
		.split(/\s+/);
	const cpuSeconds = time
		.replace('-', ':')
		.split(':')
		.reduce((sum, part) => sum * 60 + Number(part), 0);
	return {cpuSeconds, residentBytes: Number(rss) * 1024};
}
