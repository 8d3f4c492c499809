/** How `npm run soak` is called, in all of its forms. */
export const soakUsage = `usage: npm run soak -- [--hours NUMBER] [--minutes NUMBER]
       npm run soak -- --outside [--rounds NUMBER]
       npm run soak -- --planned [--minutes NUMBER] [--server NAME] [--work TEXT]

Runs the monitor for many accelerated hours and fails when something grows. By default it runs 24 hours, or as many as
fit into 10 minutes. --outside lets Prometheus, Alertmanager, webhook and Grafana fail in every way, for 3000 rounds.
--planned does planned work on a real cluster, and fails when watch finds anything above severity info.`;
