package listing

import (
	"crypto/sha256"
	"encoding/base64"
)

// policy lets the page load nothing but its own style (CSP).
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; img-src 'self'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}()

// layout is the template of the page. It needs nothing but itself: no script, no
// font, no picture from elsewhere.
const layout = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<style>` + style + `</style>
<svg hidden xmlns="http://www.w3.org/2000/svg">` + icons + `</svg>
<header>
<h1 class="sr">{{.Title}}</h1>
<nav aria-label="Path"><ol>
{{- range $i, $c := .Crumbs}}<li>
{{- if eq $i 0}}{{if $c.Here}}<span aria-current="page">{{else}}<a href="{{$c.Link}}">{{end -}}
<svg aria-hidden="true"><use href="#home"/></svg><bdi>{{$c.Name}}</bdi>
{{- if $c.Here}}</span>{{else}}</a>{{end}}
{{- else if $c.Here}}<span aria-current="page"><bdi>{{$c.Name}}</bdi></span>
{{- else}}<a href="{{$c.Link}}"><bdi>{{$c.Name}}</bdi></a>{{end}}</li>{{end -}}
</ol></nav>
{{with .Summary}}<p class="summary">{{.}}</p>{{end}}
</header>
<main>
{{if gt .Total .Shown}}<p class="notice" role="note"><svg aria-hidden="true"><use href="#info"/></svg><span>This folder has {{grouped .Total}} names. The first {{grouped .Shown}} are listed.</span></p>
{{end}}<table>
<caption class="sr">{{.Title}}</caption>
<thead><tr>
{{- range .Columns}}<th scope="col" class="{{.Class}}"{{with .Sorted}} aria-sort="{{.}}"{{end}}><a href="{{.Link}}"><span>{{.Name}}{{with .Unit}} <small>{{.}}</small>{{end}}</span><svg aria-hidden="true"><use href="#sort"/></svg></a></th>
{{- end}}</tr></thead>
<tbody>
{{if .Parent}}<tr class="up"><td class="name"><a href="../"><svg aria-hidden="true"><use href="#up"/></svg><span>Parent folder</span></a></td><td class="size"></td><td class="time"></td></tr>
{{end}}{{range .Rows}}<tr class="{{.Kind}}"><td class="name"><a href="{{.Link}}"{{with .Hint}} title="{{.}}"{{end}}><svg aria-hidden="true"><use href="#{{.Kind}}"/></svg><bdi>{{.Name}}</bdi></a></td><td class="size">{{if .Size}}<data value="{{.Exact}}">{{.Size}}</data>{{end}}</td><td class="time">{{if .Time}}<time datetime="{{.Datetime}}">{{.Time}}</time>{{end}}</td></tr>
{{end}}</tbody>
</table>
{{if not .Rows}}<p class="empty">This folder is empty.</p>
{{end}}{{if gt .Pages 1}}<nav class="pages" aria-label="Pages">
{{- if .Before}}<a href="{{.Before}}" rel="prev">Back</a>{{else}}<span></span>{{end -}}
<span>Page {{grouped .Page}} of {{grouped .Pages}}</span>
{{- if .Behind}}<a href="{{.Behind}}" rel="next">Next</a>{{else}}<span></span>{{end -}}
</nav>
{{end}}</main>
</html>
`

// icons are the pictures, 24 by 24, drawn with lines.
const icons = `
<symbol id="home" viewBox="0 0 24 24"><path d="M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4.5v-6h-5v6H5a1 1 0 0 1-1-1z"/></symbol>
<symbol id="info" viewBox="0 0 24 24"><circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.01"/></symbol>
<symbol id="sort" viewBox="0 0 24 24"><path d="M12 5v14M6 13l6 6 6-6"/></symbol>
<symbol id="up" viewBox="0 0 24 24"><path d="M9 14 4 9l5-5M4 9h10a6 6 0 0 1 6 6v5"/></symbol>
<symbol id="dir" viewBox="0 0 24 24"><path d="M3.5 6.5A1.5 1.5 0 0 1 5 5h4.2l2 2.5H19A1.5 1.5 0 0 1 20.5 9v8.5A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5z"/></symbol>
<symbol id="file" viewBox="0 0 24 24"><path d="M6 3.5h8l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 19V4.5a1 1 0 0 1 1-1zM13.5 3.5V8.5h5"/></symbol>
<symbol id="text" viewBox="0 0 24 24"><path d="M6 3.5h8l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 19V4.5a1 1 0 0 1 1-1zM13.5 3.5V8.5h5M8.5 12.5h6.5M8.5 16h4.5"/></symbol>
<symbol id="code" viewBox="0 0 24 24"><path d="M6 3.5h8l4.5 4.5v11a1.5 1.5 0 0 1-1.5 1.5H6.5A1.5 1.5 0 0 1 5 19V4.5a1 1 0 0 1 1-1zM13.5 3.5V8.5h5M10 11.8 8 14l2 2.2M13.5 11.8l2 2.2-2 2.2"/></symbol>
<symbol id="image" viewBox="0 0 24 24"><rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><circle cx="9" cy="10" r="1.6"/><path d="m4 17.5 5-4 3 2.2 4-3.7 4.2 4"/></symbol>
<symbol id="media" viewBox="0 0 24 24"><rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><path d="m10 9 5 3-5 3z"/></symbol>
<symbol id="pack" viewBox="0 0 24 24"><path d="M4 7.5 12 3.5l8 4v9l-8 4-8-4zM4 7.5l8 4 8-4M12 11.5v9M8 5.5l8 4"/></symbol>
`
