package compress

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// html is a response as a page has it.
func html(more ...http1.Field) http1.Header {
	return append(http1.Header{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "ETag", Value: `"a1"`}}, more...)
}

func field(name, value string) http1.Field { return http1.Field{Name: name, Value: value} }

// What the fields of the answer say, for each rule.
func TestRules(t *testing.T) {
	const vary = "Accept-Encoding"
	big, small := []byte(text(5000)), []byte(text(200))
	for name, c := range map[string]struct {
		req      *http1.Request
		status   int // 200 unless said
		fields   http1.Header
		body     []byte
		coding   string // wanted
		vary     string // wanted
		tag      string // wanted, `"a1"` unless said
		wantCode int    // status unless said
	}{
		"gzip":                         {req: asking("GET", "gzip"), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"zstd":                         {req: asking("GET", "gzip, zstd, br"), fields: html(), body: big, coding: "zstd", vary: vary, tag: `"a1-zstd"`},
		"the client's weights":         {req: asking("GET", "gzip, zstd;q=0.5"), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"x-gzip":                       {req: asking("GET", "x-gzip"), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"star":                         {req: asking("GET", "*"), fields: html(), body: big, coding: "zstd", vary: vary, tag: `"a1-zstd"`},
		"no Accept-Encoding":           {req: asking("GET", ""), fields: html(), body: big, vary: vary},
		"identity alone":               {req: asking("GET", "identity"), fields: html(), body: big, vary: vary},
		"gzip refused":                 {req: asking("GET", "gzip;q=0, zstd;q=0"), fields: html(), body: big, vary: vary},
		"everything refused":           {req: asking("GET", "*;q=0"), fields: html(), body: big, vary: vary},
		"another coding":               {req: asking("GET", "br"), fields: html(), body: big, vary: vary},
		"too small":                    {req: asking("GET", "gzip"), fields: html(), body: small},
		"no body":                      {req: asking("GET", "gzip"), fields: html()},
		"an empty body":                {req: asking("GET", "gzip"), fields: html(), body: []byte{}},
		"not compressible":             {req: asking("GET", "gzip"), fields: http1.Header{field("Content-Type", "image/png"), field("ETag", `"a1"`)}, body: big},
		"no type":                      {req: asking("GET", "gzip"), fields: http1.Header{field("ETag", `"a1"`)}, body: big},
		"coded already":                {req: asking("GET", "gzip"), fields: html(field("Content-Encoding", "br")), body: big, coding: "br"},
		"no-transform":                 {req: asking("GET", "gzip"), fields: html(field("Cache-Control", "public, No-Transform")), body: big},
		"no-transform asked for":       {req: asking("GET", "gzip", field("Cache-Control", "no-transform")), fields: html(), body: big, vary: vary},
		"Content-Range":                {req: asking("GET", "gzip"), fields: html(field("Content-Range", "bytes 0-4999/9000")), body: big},
		"206":                          {req: asking("GET", "gzip"), status: 206, fields: html(field("Content-Range", "bytes 0-4999/9000")), body: big, vary: vary},
		"206 of what is never coded":   {req: asking("GET", "gzip"), status: 206, fields: http1.Header{field("Content-Type", "image/png"), field("ETag", `"a1"`)}, body: big},
		"206 in parts":                 {req: asking("GET", "gzip"), status: 206, fields: http1.Header{field("Content-Type", "multipart/byteranges; boundary=x"), field("ETag", `"a1"`)}, body: big, vary: vary},
		"Digest":                       {req: asking("GET", "gzip"), fields: html(field("Repr-Digest", "sha-256=:AA==:")), body: big},
		"Content-Digest":               {req: asking("GET", "gzip"), fields: html(field("Content-Digest", "sha-256=:AA==:")), body: big},
		"404":                          {req: asking("GET", "gzip"), status: 404, fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"POST":                         {req: asking("POST", "gzip"), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"204":                          {req: asking("GET", "gzip"), status: 204, fields: html()},
		"304":                          {req: asking("GET", "gzip", field("If-None-Match", `"a1"`)), status: 304, fields: html(), vary: vary},
		"304 by date":                  {req: asking("GET", "gzip", field("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")), status: 304, fields: html(), vary: vary, tag: `"a1-gzip"`},
		"304 of an image":              {req: asking("GET", "gzip"), status: 304, fields: http1.Header{field("Content-Type", "image/png"), field("ETag", `"a1"`)}},
		"304 without a type":           {req: asking("GET", "gzip", field("If-None-Match", `"a1"`)), status: 304, fields: http1.Header{field("ETag", `"a1"`)}, vary: vary},
		"304 by date, no type":         {req: asking("GET", "gzip"), status: 304, fields: http1.Header{field("ETag", `"a1"`)}, vary: vary},
		"HEAD":                         {req: asking("HEAD", "gzip"), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"HEAD without a body":          {req: asking("HEAD", "gzip"), fields: html(field("Content-Length", "5000")), coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"HEAD of something small":      {req: asking("HEAD", "gzip"), fields: html(field("Content-Length", "50"))},
		"HEAD of unknown length":       {req: asking("HEAD", "gzip"), fields: html(), coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"Vary is merged":               {req: asking("GET", "gzip"), fields: html(field("Vary", "Origin"), field("Vary", "Cookie")), body: big, coding: "gzip", vary: "Origin, Cookie, Accept-Encoding", tag: `"a1-gzip"`},
		"Vary is there":                {req: asking("GET", "gzip"), fields: html(field("Vary", "accept-encoding")), body: big, coding: "gzip", vary: "accept-encoding", tag: `"a1-gzip"`},
		"Vary is a star":               {req: asking("GET", ""), fields: html(field("Vary", "*")), body: big, vary: "*"},
		"Accept-Ranges":                {req: asking("GET", "gzip"), fields: html(field("Accept-Ranges", "bytes")), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"weak tag":                     {req: asking("GET", "gzip"), fields: http1.Header{field("Content-Type", "text/css"), field("ETag", `W/"a1"`)}, body: big, coding: "gzip", vary: vary, tag: `W/"a1-gzip"`},
		"what is no tag":               {req: asking("GET", "gzip"), fields: http1.Header{field("Content-Type", "text/css"), field("ETag", `a1`)}, body: big, coding: "gzip", vary: vary, tag: "none"},
		"If-None-Match":                {req: asking("GET", "gzip", field("If-None-Match", `"x", "a1-gzip"`)), fields: html(field("Accept-Ranges", "bytes")), body: big, vary: vary, tag: `"a1-gzip"`, wantCode: 304},
		"If-None-Match, weak":          {req: asking("HEAD", "gzip", field("If-None-Match", `W/"a1-gzip"`)), fields: html(), body: big, vary: vary, tag: `"a1-gzip"`, wantCode: 304},
		"If-None-Match, other coding":  {req: asking("GET", "zstd", field("If-None-Match", `"a1-gzip"`)), fields: html(), body: big, coding: "zstd", vary: vary, tag: `"a1-zstd"`},
		"If-None-Match, not accepted":  {req: asking("GET", "", field("If-None-Match", `"a1-gzip"`)), fields: html(), body: big, vary: vary},
		"If-None-Match, POST":          {req: asking("POST", "gzip", field("If-None-Match", `"a1-gzip"`)), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"If-None-Match, 404":           {req: asking("GET", "gzip", field("If-None-Match", `"a1-gzip"`)), status: 404, fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"does not get smaller":         {req: asking("GET", "gzip"), fields: html(), body: noise(2000), vary: vary},
		"HTTP/1.0, body in memory":     {req: old(asking("GET", "gzip")), fields: html(), body: big, coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"HTTP/1.0, large body":         {req: old(asking("GET", "gzip")), fields: html(), body: []byte(text(mostWhole + 1)), vary: vary},
		"a large body in memory":       {req: asking("GET", "gzip"), fields: html(), body: []byte(text(mostWhole + 1)), coding: "gzip", vary: vary, tag: `"a1-gzip"`},
		"a large body in memory, HEAD": {req: asking("HEAD", "gzip"), fields: html(), body: []byte(text(mostWhole + 1)), coding: "gzip", vary: vary, tag: `"a1-gzip"`},
	} {
		for _, form := range []string{"Header", "Rendered"} {
			t.Run(name+"/"+form, func(t *testing.T) {
				var p Press
				p.ready()
				for range 2 { // the second time from memory
					resp := &http1.Response{Request: c.req, Status: c.status, Bytes: c.body}
					if resp.Status == 0 {
						resp.Status = 200
					}
					if form == "Header" {
						resp.Header = append(resp.Header, c.fields...)
					} else {
						resp.Rendered = rendered(c.fields)
					}
					want := struct {
						status int
						tag    string
					}{resp.Status, `"a1"`}
					if c.wantCode != 0 {
						want.status = c.wantCode
					}
					if c.tag != "" {
						want.tag = strings.TrimPrefix(c.tag, "none")
					}
					(&Encoder{Press: &p}).encode(t.Context(), resp)
					h := fieldsOf(resp)
					if err := resp.Validate(); err != nil {
						t.Fatal(err)
					}
					if resp.Status != want.status || h.Joined("Content-Encoding") != c.coding || h.Joined("Vary") != c.vary || h.Joined("ETag") != want.tag {
						t.Errorf("%d %v, want %d, coding %q, Vary %q, tag %q", resp.Status, h, want.status, c.coding, c.vary, want.tag)
					}
					body := bodyOf(t, resp)
					switch {
					case resp.Status == 304:
						if body != nil {
							t.Errorf("%d bytes in a 304", len(body))
						}
						if h.Has("Accept-Ranges") {
							t.Error("Accept-Ranges")
						}
					case c.coding == "gzip" || c.coding == "zstd":
						if h.Has("Accept-Ranges") || h.Has("Content-Length") {
							t.Errorf("%v", h)
						}
						if c.body != nil && c.req.Method != "HEAD" && decode(t, c.coding, body) != string(c.body) {
							t.Errorf("the body is another one")
						}
					case !bytes.Equal(body, c.body):
						t.Error("the body was changed")
					}
				}
				if len(p.flows) != 0 || len(p.turns) != 0 {
					t.Errorf("%d streams, %d turns are still taken", len(p.flows), len(p.turns))
				}
			})
		}
	}
}

func old(req *http1.Request) *http1.Request { req.Minor = 0; return req }

// noise is n bytes that get no smaller.
func noise(n int) []byte {
	b, x := make([]byte, n), uint64(88172645463325252)
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x >> 24)
	}
	return b
}

// What is made of several sections is not coded.
func TestRules_Pieces(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*http1.Section{
		"before": {File: f, Size: 5000, Before: []byte("x")},
		"next":   {File: f, Size: 5000, Next: &http1.Section{File: f, Size: 1}},
	} {
		var p Press
		p.ready()
		resp := &http1.Response{Request: asking("GET", "gzip"), Status: 200, Header: html(), File: s}
		(&Encoder{Press: &p}).encode(t.Context(), resp)
		if resp.File != s || resp.Header.Has("Content-Encoding") {
			t.Errorf("%s: %v", name, resp.Header)
		}
	}
}

// A section of a file, and streams of known and unknown length.
func TestRules_Bodies(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	whole := text(100_000)
	if err := os.WriteFile(name, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, minor := range []int{1, 0} {
		for _, method := range []string{"GET", "HEAD"} {
			for _, kind := range []string{"file", "part of a file", "small part", "stream", "stream of length", "short stream"} {
				t.Run(kind+" "+method+" 1."+strconv.Itoa(minor), func(t *testing.T) {
					f, err := os.Open(name)
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					req := asking(method, "gzip")
					req.Minor = minor
					resp := &http1.Response{Request: req, Status: 200, Header: html()}
					want, tag, code := whole, `"a1-gzip"`, minor == 1
					switch kind {
					case "file":
						resp.File = &http1.Section{File: f, Size: 100_000}
					case "part of a file":
						want, resp.File = whole[1000:50_000], &http1.Section{File: f, Offset: 1000, Size: 49_000}
					case "small part":
						code = false
						want, resp.File = whole[:100], &http1.Section{File: f, Size: 100}
					case "stream":
						tag, resp.Stream = `W/"a1-gzip"`, f
					case "stream of length":
						tag, resp.Stream, resp.Length = `W/"a1-gzip"`, f, 100_000
					case "short stream":
						code = false
						want, resp.Stream, resp.Length = whole[:100], io.NopCloser(strings.NewReader(whole[:100])), 100
					}
					var p Press
					p.ready()
					(&Encoder{Press: &p}).encode(t.Context(), resp)
					h := fieldsOf(resp)
					if !code {
						if h.Has("Content-Encoding") || h.Get("ETag") != `"a1"` || string(bodyOf(t, resp)) != want {
							t.Errorf("%v", h)
						}
						return
					}
					if h.Get("Content-Encoding") != "gzip" || h.Get("ETag") != tag || resp.Length != 0 || resp.Stream == nil {
						t.Errorf("%v %+v", h, resp)
					}
					if body := bodyOf(t, resp); method == "GET" && decode(t, "gzip", body) != want {
						t.Error("the body is another one")
					}
					if kind != "short stream" {
						if _, err := f.Stat(); err == nil {
							t.Error("the file is open")
						}
					}
					if len(p.flows) != 0 {
						t.Error("the stream is still counted")
					}
				})
			}
		}
	}
}
