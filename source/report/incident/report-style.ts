/**
The style of the HTML report, dark or light by the reader's setting. Curves differ by dashes as well as by colour.
*/
export const reportStyle = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d0d7de;--panel:#f6f8fa;--critical:#b3261e;--warning:#8a5a00;--calm:#1a7f37;--shade:#b3261e22;--s0:#0550ae;--s1:#b35900;--s2:#1a7f37;--s3:#8250df;--s4:#bf3989;--s5:#57606a}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--rule:#30363d;--panel:#161b22;--critical:#ff7b72;--warning:#e3b341;--calm:#56d364;--shade:#ff7b7233;--s0:#79c0ff;--s1:#ffa657;--s2:#56d364;--s3:#d2a8ff;--s4:#ff9bce;--s5:#9198a1}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.25rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--rule)}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
.badge{display:inline-block;font-size:.8rem;padding:.1rem .55rem;border:1px solid currentColor;border-radius:1rem;vertical-align:middle}
.badge.critical,li.critical::marker,tr.critical td:first-child{color:var(--critical)}
.badge.warning,li.warning::marker,tr.warning td:first-child{color:var(--warning)}
.badge.calm{color:var(--calm)}
dl{margin:0;color:var(--soft)}dl div{display:flex;gap:.5rem;flex-wrap:wrap}dt{min-width:7rem}dd{margin:0;color:var(--ink);overflow-wrap:anywhere}
section:first-of-type p{font-size:1.05rem;max-width:52rem}
p,li{overflow-wrap:anywhere}
ul{padding-left:1.25rem}li{margin:.2rem 0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th{text-align:left;color:var(--soft);font-weight:600;white-space:nowrap}
th,td{padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
td{font-variant-numeric:tabular-nums;min-width:4.5rem;max-width:32rem;overflow-wrap:break-word}
code{font:0.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.1em .35em;border-radius:4px}
figure{margin:1rem 0}figcaption{font-weight:600}
figcaption small{font-weight:400;color:var(--soft)}
svg{display:block;width:100%;height:auto;background:var(--panel);border:1px solid var(--rule);border-radius:6px}
svg text{fill:var(--soft);font-size:11px}
svg .grid{stroke:var(--rule);stroke-width:1}
svg .shade{fill:var(--shade)}
svg .limit{stroke:var(--critical);stroke-width:1;stroke-dasharray:5 4}
svg polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}
.s0{stroke:var(--s0);fill:var(--s0)}.s1{stroke:var(--s1);fill:var(--s1);stroke-dasharray:7 2}.s2{stroke:var(--s2);fill:var(--s2);stroke-dasharray:3 2}.s3{stroke:var(--s3);fill:var(--s3);stroke-dasharray:9 3 2 3}.s4{stroke:var(--s4);fill:var(--s4);stroke-dasharray:1 2}.s5{stroke:var(--s5);fill:var(--s5);stroke-dasharray:12 4}
.legend{display:flex;gap:1rem;flex-wrap:wrap;font-size:.8rem;color:var(--soft);margin:.25rem 0 0;padding:0;list-style:none}
.legend svg{display:inline-block;width:2rem;height:.6rem;background:none;border:0;vertical-align:middle;margin-right:.35rem}
footer{margin-top:3rem;color:var(--soft);font-size:.85rem}
@media print{section,figure,tr{break-inside:avoid}}
`.trim();
