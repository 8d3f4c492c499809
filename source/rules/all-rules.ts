import {cfgAlways} from './cfg-always.js';
import {cfgDiffers} from './cfg-differs.js';
import {cfgLat} from './cfg-lat.js';
import {cfgSaveOff} from './cfg-save-off.js';
import {cliBlocked} from './cli-blocked.js';
import {cliChurn} from './cli-churn.js';
import {cliEvicted} from './cli-evicted.js';
import {cliFdlimit} from './cli-fdlimit.js';
import {cliIdleHog} from './cli-idle-hog.js';
import {cliMax} from './cli-max.js';
import {cliMonitor} from './cli-monitor.js';
import {cliObuf} from './cli-obuf.js';
import {cliObufKill} from './cli-obuf-kill.js';
import {cliPubsub} from './cli-pubsub.js';
import {cliQbuf} from './cli-qbuf.js';
import {cliRejected} from './cli-rejected.js';
import {cliTimeoutsOff} from './cli-timeouts-off.js';
import {cliTracking} from './cli-tracking.js';
import {cliWatch} from './cli-watch.js';
import {clusterRules} from './cluster-rules.js';
import {connAuth} from './conn-auth.js';
import {connFlapping} from './conn-flapping.js';
import {connNoperm} from './conn-noperm.js';
import {connRefused} from './conn-refused.js';
import {connRefusing} from './conn-refusing.js';
import {connRtt} from './conn-rtt.js';
import {connStale} from './conn-stale.js';
import {connUnreachable} from './conn-unreachable.js';
import {connUnresponsive} from './conn-unresponsive.js';
import {cpuMain} from './cpu-main.js';
import {cpuSteal} from './cpu-steal.js';
import {errFailed} from './err-failed.js';
import {errRate} from './err-rate.js';
import {errUnexpected} from './err-unexpected.js';
import {fnEngine} from './fn-engine.js';
import {ioThreads} from './io-threads.js';
import {keyDropped} from './key-drop.js';
import {keyExpireLag} from './key-expire-lag.js';
import {keyMiss} from './key-miss.js';
import {keyNoexpire} from './key-noexpire.js';
import {latEvent} from './lat-event.js';
import {latEventloop} from './lat-eventloop.js';
import {latMeanRegress} from './lat-mean-regress.js';
import {latMonOff} from './lat-mon-off.js';
import {latOnCmds} from './lat-on-cmds.js';
import {latP99} from './lat-p99.js';
import {latSlowlogNew} from './lat-slowlog-new.js';
import {latSlowlogOff} from './lat-slowlog-off.js';
import {mem32bit} from './mem-32bit.js';
import {memAofBuf} from './mem-aof-buf.js';
import {memClients} from './mem-clients.js';
import {memDefrag} from './mem-defrag.js';
import {memEvict} from './mem-evict.js';
import {memEvictStorm} from './mem-evict-storm.js';
import {memExceeded} from './mem-exceeded.js';
import {memForkRoom} from './mem-fork-room.js';
import {memFrag} from './mem-frag.js';
import {memGrowth} from './mem-growth.js';
import {memLazyfree} from './mem-lazyfree.js';
import {memMax} from './mem-max.js';
import {memOom} from './mem-oom.js';
import {memOverhead} from './mem-overhead.js';
import {memPolicyNoop} from './mem-policy-noop.js';
import {memRehash} from './mem-rehash.js';
import {memReplBuf} from './mem-repl-buf.js';
import {memRssGap} from './mem-rss-gap.js';
import {memScripts} from './mem-scripts.js';
import {memSwap} from './mem-swap.js';
import {memSystem} from './mem-system.js';
import {memUnset} from './mem-unset.js';
import {modFork} from './mod-fork.js';
import {modSearch} from './mod-search.js';
import {netBigReply} from './net-big-reply.js';
import {netBw} from './net-bw.js';
import {osCgroup} from './os-cgroup.js';
import {osClocksource} from './os-clocksource.js';
import {osOomscore} from './os-oomscore.js';
import {osOvercommit} from './os-overcommit.js';
import {osSomaxconn} from './os-somaxconn.js';
import {osThp} from './os-thp.js';
import {perAofBloat} from './per-aof-bloat.js';
import {perAofPending} from './per-aof-pending.js';
import {perAofRewrite} from './per-aof-rewrite.js';
import {perAofWrite} from './per-aof-write.js';
import {perCow} from './per-cow.js';
import {perDir} from './per-dir.js';
import {perDirty} from './per-dirty.js';
import {perDisk} from './per-disk.js';
import {perDrift} from './per-drift.js';
import {perForkSlow} from './per-fork-slow.js';
import {perFsync} from './per-fsync.js';
import {perMisconf} from './per-misconf.js';
import {perNone} from './per-none.js';
import {perRdbFail} from './per-rdb-fail.js';
import {perSlowSave} from './per-slow-save.js';
import {perStale} from './per-stale.js';
import {repBacklog} from './rep-backlog.js';
import {repDiscTotal} from './rep-disc-total.js';
import {repDiverged} from './rep-diverged.js';
import {repDualchannel} from './rep-dualchannel.js';
import {repFullsyncStorm} from './rep-fullsync-storm.js';
import {repIoStale} from './rep-io-stale.js';
import {repLagAck} from './rep-lag-ack.js';
import {repLagBytes} from './rep-lag-bytes.js';
import {repLinkDown} from './rep-link-down.js';
import {repLost} from './rep-lost.js';
import {repMaxmem} from './rep-maxmem.js';
import {repMinGood} from './rep-min-good.js';
import {repNone} from './rep-none.js';
import {repObuf} from './rep-obuf.js';
import {repState} from './rep-state.js';
import {repSync} from './rep-sync.js';
import {repWritable} from './rep-writable.js';
import type {FleetRule, NodeRule} from './rule.js';
import {secAuthfail} from './sec-authfail.js';
import {secDebug} from './sec-debug.js';
import {secDefaultAll} from './sec-default-all.js';
import {secDenied} from './sec-denied.js';
import {secNoauth} from './sec-noauth.js';
import {secOld} from './sec-old.js';
import {secPlaintext} from './sec-plaintext.js';
import {secProtectedOff} from './sec-protected-off.js';
import {secScan} from './sec-scan.js';
import {senTilt} from './sen-tilt.js';
import {sentinelRules} from './sentinel-rules.js';
import {srvAsyncLoading} from './srv-async-loading.js';
import {srvBusy} from './srv-busy.js';
import {srvClock} from './srv-clock.js';
import {srvFailover} from './srv-failover.js';
import {srvLoading} from './srv-loading.js';
import {srvLoadingStuck} from './srv-loading-stuck.js';
import {srvPaused} from './srv-paused.js';
import {srvRestarted} from './srv-restarted.js';
import {srvShutdown} from './srv-shutdown.js';

/** Every rule about one node, in the order in which equals are listed: the server itself first, advice last. */
export const nodeRules: readonly NodeRule[] = [
	// Connectivity and server state
	connRefused,
	connUnreachable,
	connUnresponsive,
	connRefusing,
	connAuth,
	connRtt,
	connFlapping,
	connNoperm,
	connStale,
	srvRestarted,
	srvClock,
	srvLoading,
	srvLoadingStuck,
	srvAsyncLoading,
	srvBusy,
	fnEngine,
	srvShutdown,
	srvPaused,
	srvFailover,
	// Memory
	memMax,
	memUnset,
	memOom,
	memExceeded,
	memEvict,
	memEvictStorm,
	memPolicyNoop,
	memFrag,
	memRssGap,
	memSwap,
	memSystem,
	memForkRoom,
	memGrowth,
	memRehash,
	memClients,
	memReplBuf,
	memAofBuf,
	memOverhead,
	memScripts,
	memLazyfree,
	memDefrag,
	mem32bit,
	keyDropped,
	// Persistence
	perMisconf,
	perRdbFail,
	perAofWrite,
	perAofRewrite,
	perAofPending,
	perStale,
	perDirty,
	perNone,
	perSlowSave,
	perForkSlow,
	perCow,
	perFsync,
	perAofBloat,
	perDisk,
	perDir,
	perDrift,
	// Replication
	repLinkDown,
	repIoStale,
	repSync,
	repLagBytes,
	repLagAck,
	repState,
	repLost,
	repNone,
	repFullsyncStorm,
	repBacklog,
	repObuf,
	repMinGood,
	repWritable,
	repMaxmem,
	repDiscTotal,
	repDualchannel,
	// Clients and buffers
	cliMax,
	cliRejected,
	cliBlocked,
	cliChurn,
	cliObuf,
	cliObufKill,
	cliQbuf,
	cliEvicted,
	cliIdleHog,
	cliMonitor,
	cliPubsub,
	cliTracking,
	cliWatch,
	cliTimeoutsOff,
	cliFdlimit,
	// Latency, processor, workload
	latP99,
	latMeanRegress,
	latEvent,
	latSlowlogNew,
	latSlowlogOff,
	latMonOff,
	latOnCmds,
	latEventloop,
	cpuMain,
	cpuSteal,
	ioThreads,
	netBigReply,
	netBw,
	keyMiss,
	keyExpireLag,
	keyNoexpire,
	errRate,
	errFailed,
	errUnexpected,
	modFork,
	modSearch,
	// Cluster, as one node sees it
	// Sentinel, as one sentinel sees it
	senTilt,
	// Security
	secNoauth,
	secDefaultAll,
	secProtectedOff,
	secPlaintext,
	secAuthfail,
	secDenied,
	secScan,
	secDebug,
	secOld,
	// Host and settings
	osThp,
	osOvercommit,
	osSomaxconn,
	osCgroup,
	osOomscore,
	osClocksource,
	cfgAlways,
	cfgLat,
	cfgSaveOff,
];

/** Every rule that compares nodes. */
export const fleetRules: readonly FleetRule[] = [
	// Replication
	repDiverged,
	// Versions and settings
	cfgDiffers,
	...clusterRules,
	...sentinelRules,
];
