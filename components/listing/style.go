package listing

// style is the page's style. Its hash is in policy, so it stands in the page as
// it is here; template comments would be lost.
const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --line: #e3e6eb; --text: #1b2430; --quiet: #5c6776;
  --accent: #1f5fd6; --folder: #2f6fe4; --fill: #2f6fe422; --hover: #f0f4fc; --notice: #fff6dc; --noticeline: #efd994;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --card: #191f27; --line: #2a323d; --text: #e6eaf0; --quiet: #98a4b3;
    --accent: #8ab4ff; --folder: #7aa9ff; --fill: #7aa9ff2b; --hover: #212936; --notice: #2c2614; --noticeline: #574b22;
  }
}
* { box-sizing: border-box }
html { background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem }
a { color: inherit; text-decoration: none }
svg { width: 1.25rem; height: 1.25rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
svg[hidden] { display: none }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
header { margin: 0 .25rem 1.25rem }
nav ol { display: flex; flex-wrap: wrap; align-items: center; margin: 0; padding: 0; list-style: none; font-size: 1.25rem; line-height: 1.75rem }
nav li { display: flex; align-items: center; min-width: 0 }
nav li + li::before { content: "/"; margin: 0 .35rem; color: var(--quiet); opacity: .6 }
nav li a, nav li > span { display: flex; align-items: center; gap: .4rem; padding: .15rem .35rem; border-radius: .375rem; overflow-wrap: anywhere }
nav li a { color: var(--quiet) }
nav li a:hover { color: var(--accent); background: var(--hover) }
nav li [aria-current] { font-weight: 600 }
.summary { margin: .35rem 0 0 .35rem; color: var(--quiet); font-size: .9rem; font-variant-numeric: tabular-nums }
.notice { display: flex; gap: .6rem; margin: 0 0 1rem; padding: .65rem .9rem; border: 1px solid var(--noticeline); border-radius: .625rem; background: var(--notice); font-size: .9rem }
table { width: 100%; border-spacing: 0; table-layout: fixed; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; box-shadow: 0 1px 2px #0000000d }
th, td { padding: 0 1rem; text-align: left; font-weight: inherit }
.size { width: 8rem; text-align: right; font-variant-numeric: tabular-nums }
.time { width: 12.5rem; text-align: right; font-variant-numeric: tabular-nums }
td.size, td.time { color: var(--quiet); font-size: .9rem; white-space: nowrap }
thead th { height: 2.75rem; border-bottom: 1px solid var(--line); color: var(--quiet); font-size: .8125rem }
thead a { display: inline-flex; align-items: center; gap: .25rem; padding: .2rem .35rem; margin: 0 -.35rem; border-radius: .375rem }
thead a:hover { color: var(--accent) }
thead small { font-size: .6875rem; font-weight: 400; letter-spacing: .03em; opacity: .75 }
thead svg { width: .9rem; height: .9rem; opacity: 0 }
thead .size a, thead .time a { flex-direction: row-reverse }
thead [aria-sort] { color: var(--text); font-weight: 600 }
thead [aria-sort] svg { opacity: 1; stroke-width: 2.25 }
thead [aria-sort=ascending] svg { transform: rotate(180deg) }
tbody tr { position: relative; transform: scale(1) }
tbody tr + tr td { border-top: 1px solid color-mix(in srgb, var(--line) 60%, transparent) }
tbody tr:hover { background: var(--hover) }
tbody td { height: 2.75rem }
td.name a { display: flex; align-items: center; gap: .75rem; padding: .4rem 0 }
td.name a::after { content: ""; position: absolute; inset: 0 }
td.name bdi { min-width: 0; overflow-wrap: anywhere }
td.name svg { color: var(--quiet) }
.dir td.name svg { color: var(--folder); fill: var(--fill) }
.dir td.name a { font-weight: 500 }
.up td.name a { color: var(--quiet) }
tbody tr:hover td.name a { color: var(--accent) }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
td.name a:focus-visible { outline: none }
td.name a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: .375rem }
tbody tr:last-child a::after { border-radius: 0 0 .7rem .7rem }
.empty { margin: 2.5rem 0; text-align: center; color: var(--quiet) }
.pages { display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; gap: 1rem; margin-top: 1rem; color: var(--quiet); font-size: .9rem; font-variant-numeric: tabular-nums }
.pages > :last-child { justify-self: end }
.pages > :first-child { justify-self: start }
.pages a { padding: .45rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); color: var(--text) }
.pages a:hover { border-color: var(--accent); color: var(--accent) }
@media (max-width: 40rem) {
  body { padding: 1.25rem .75rem 3rem }
  nav ol { font-size: 1.125rem }
  table, thead, tbody { display: block }
  thead tr { display: flex; gap: 1.25rem; padding: 0 1rem; border-bottom: 1px solid var(--line) }
  thead .name, thead .size, thead .time { display: flex; align-items: center; width: auto; padding: 0; border: 0 }
  thead .size a, thead .time a { flex-direction: row }
  tbody tr { display: grid; grid-template-columns: auto 1fr; column-gap: .6rem; padding: .55rem 1rem .6rem }
  tbody tr + tr { border-top: 1px solid color-mix(in srgb, var(--line) 60%, transparent) }
  tbody tr + tr td { border: 0 }
  tbody .name, tbody .size, tbody .time { display: block; width: auto; height: auto; padding: 0 }
  tbody .name { grid-column: 1 / -1 }
  td.name a { align-items: flex-start; padding: 0 }
  td.name svg { margin-top: .125rem }
  td.size, td.time { font-size: .8125rem; text-align: left }
  tbody .size:not(:empty) { padding-left: 2rem }
  td.size:not(:empty) + td.time::before { content: "·"; margin-right: .6rem }
  tbody .size:empty { width: 1.4rem }
  .up .size, .up .time { display: none }
}
@media (prefers-contrast: more) { :root { --quiet: var(--text); --line: var(--text) } }
@media print { html { background: none } table { box-shadow: none } .pages, thead svg { display: none } }
`
