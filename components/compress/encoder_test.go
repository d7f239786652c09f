package compress

import (
	"encoding/hex"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestEncoder_Conform(t *testing.T) {
	page := []byte(text(5000))
	axontest.Conform(t, func() axon.Component { return &Encoder{Press: new(Press)} },
		axontest.FeedFunc("inbox", func() []*http1.Response {
			return []*http1.Response{
				{Request: asking("GET", "gzip"), Status: 200, Header: html(), Bytes: page},
				{Request: asking("GET", "zstd"), Status: 200, Header: html(), Stream: io.NopCloser(strings.NewReader("x"))},
				http1.Text(asking("GET", ""), 200, "plain"),
			}
		}))
}

// A response to no request is the Writer's to refuse.
func TestEncoder_NoRequest(t *testing.T) {
	e := &Encoder{Press: new(Press)}
	x := axontest.Run(t, e)
	resp := &http1.Response{Status: 200}
	axontest.Send(x, &e.Inbox, resp)
	if got := axontest.Recv(x, &e.Outbox); got != resp {
		t.Errorf("%+v", got)
	}
}

func TestPress_Validate(t *testing.T) {
	for name, c := range map[string]struct {
		press *Press
		want  string // a part of the error, "" for none
	}{
		"zero":           {&Press{}, ""},
		"all":            {&Press{Codings: []string{"gzip"}, Types: []string{"text/*", "image/svg+xml", "+json"}, Gzip: 9, Zstd: 19, Streams: 3}, ""},
		"unknown coding": {&Press{Codings: []string{"br"}}, `"br" is neither zstd nor gzip`},
		"twice":          {&Press{Codings: []string{"gzip", "gzip"}}, "twice"},
		"type":           {&Press{Types: []string{"text"}}, `Types: "text"`},
		"star":           {&Press{Types: []string{"*/*"}}, ""},
		"half a star":    {&Press{Types: []string{"text/x*"}}, `"text/x*"`},
		"gzip level":     {&Press{Gzip: 10}, "Gzip: level 10"},
		"zstd level":     {&Press{Zstd: -1}, "Zstd: level -1"},
		"streams":        {&Press{Streams: -1}, "Streams: -1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&Encoder{Press: c.press}).Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if (&Encoder{}).Validate() == nil || (&Tags{}).Validate() == nil {
		t.Error("no Press is no mistake")
	}
}

// Every level that Validate lets pass makes what can be decoded.
func TestPress_Levels(t *testing.T) {
	for level := range 23 {
		p := Press{Gzip: min(level, 9), Zstd: level}
		p.ready()
		for _, name := range []string{"gzip", "zstd"} {
			c, _ := codingNamed(name)
			b, ok := p.whole(t.Context(), []byte(text(5000)), c)
			if !ok || decode(t, name, b) != text(5000) {
				t.Errorf("%s %d", name, level)
			}
		}
	}
}

func TestMedia(t *testing.T) {
	def, few := newMedia(DefaultTypes()), newMedia([]string{"Text/HTML", "+xml"})
	for _, pattern := range DefaultTypes() {
		if !validPattern(pattern) {
			t.Errorf("%q is no pattern", pattern)
		}
	}
	for value, want := range map[string][2]bool{
		"text/html":                  {true, true},
		"text/html; charset=utf-8":   {true, true},
		"TEXT/HTML ;charset=utf-8":   {true, true},
		"text/plain":                 {true, false},
		"image/svg+xml":              {true, true},
		"application/problem+json":   {true, false},
		"image/png":                  {false, false},
		"application/zip":            {false, false},
		"+xml":                       {false, false},
		"":                           {false, false},
		"video/mp4; note=text/plain": {false, false},
	} {
		if got := [2]bool{def.has(value), few.has(value)}; got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// A static file is coded once, and what is kept is bounded.
func TestMemory(t *testing.T) {
	p := Press{Memory: 20_000}
	p.ready()
	page, head := []byte(text(5000)), rendered(html())
	ask := func(body []byte) []byte {
		resp := &http1.Response{Request: asking("GET", "gzip"), Status: 200, Bytes: body, Rendered: head}
		(&Encoder{Press: &p}).encode(t.Context(), resp)
		return resp.Bytes
	}
	first := ask(page)
	if again := ask(page); &again[0] != &first[0] {
		t.Error("it was coded again")
	}
	if other := ask([]byte(text(5000))); &other[0] == &first[0] {
		t.Error("bytes at another place are taken for the same")
	}
	if part := ask(page[:4000]); decode(t, "gzip", part) != text(4000) {
		t.Error("a part is taken for the whole")
	}
	var bodies [][]byte
	for i := range 100 {
		bodies = append(bodies, []byte(text(3000+i)))
		ask(bodies[i])
		if p.kept.size > p.kept.limit || len(p.kept.table) != p.kept.order.Len() {
			t.Fatalf("%d bytes in %d places of %d", p.kept.size, p.kept.order.Len(), len(p.kept.table))
		}
	}
	if last := ask(bodies[99]); decode(t, "gzip", last) != text(3099) {
		t.Error("another body")
	}
	runtime.KeepAlive(page)
}

// The same body with other fields than those it was kept with keeps its own.
func TestMemory_OtherFields(t *testing.T) {
	var p Press
	p.ready()
	page, head := []byte(text(5000)), rendered(html())
	for i, c := range []struct {
		resp http1.Response
		want string
	}{
		{http1.Response{Rendered: head}, ""},
		{http1.Response{Rendered: head}, ""},
		{http1.Response{Rendered: head, Header: http1.Header{field("X", "1")}}, "1"},
		{http1.Response{Rendered: rendered(html(field("X", "2")))}, "2"},
		{http1.Response{Header: html(field("X", "3"))}, "3"},
	} {
		resp := c.resp
		resp.Request, resp.Status, resp.Bytes = asking("GET", "gzip"), 200, page
		(&Encoder{Press: &p}).encode(t.Context(), &resp)
		h := fieldsOf(&resp)
		if h.Joined("X") != c.want || h.Joined("ETag") != `"a1-gzip"` || h.Joined("Content-Encoding") != "gzip" || h.Joined("Vary") != "Accept-Encoding" {
			t.Errorf("%d: %v", i, h)
		}
		if decode(t, "gzip", resp.Bytes) != text(5000) {
			t.Errorf("%d: another body", i)
		}
	}
}

// Nothing is kept of answers without a strong tag, or if that is not wanted.
func TestMemory_Not(t *testing.T) {
	for name, c := range map[string]struct {
		memory int64
		tag    string
	}{
		"no tag":    {0, ""},
		"weak tag":  {0, `W/"a"`},
		"no memory": {-1, `"a"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := Press{Memory: c.memory}
			p.ready()
			resp := &http1.Response{Request: asking("GET", "gzip"), Status: 200, Bytes: []byte(text(5000)), Header: http1.Header{field("Content-Type", "text/css")}}
			if c.tag != "" {
				resp.Header.Add("ETag", c.tag)
			}
			(&Encoder{Press: &p}).encode(t.Context(), resp)
			if p.kept.order.Len() != 0 || !resp.Header.Has("Content-Encoding") {
				t.Errorf("%d kept, %v", p.kept.order.Len(), resp.Header)
			}
		})
	}
}

// A body that is known to get no smaller is not tried again.
func TestMemory_NoSmaller(t *testing.T) {
	var p Press
	p.ready()
	body := noise(5000)
	for range 2 {
		resp := &http1.Response{Request: asking("GET", "gzip"), Status: 200, Bytes: body, Rendered: rendered(html())}
		(&Encoder{Press: &p}).encode(t.Context(), resp)
		if p.kept.order.Len() != 1 || &resp.Bytes[0] != &body[0] {
			t.Errorf("%d kept", p.kept.order.Len())
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	page, png := []byte(text(10_000)), http1.Header{field("Content-Type", "image/png"), field("ETag", `"a"`)}
	for _, c := range []struct {
		name, accept string
		fields       http1.Header
		memory       int64
	}{
		{"kept", "gzip, deflate, br, zstd", html(), 0},
		{"coded each time", "gzip, deflate, br, zstd", html(), -1},
		{"gzip each time", "gzip", html(), -1},
		{"not accepted", "", html(), 0},
		{"an image", "gzip, deflate, br, zstd", png, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := Press{Memory: c.memory}
			p.ready()
			e := &Encoder{Press: &p}
			req, head := asking("GET", c.accept), rendered(c.fields)
			b.ReportAllocs()
			for b.Loop() {
				resp := http1.Response{Request: req, Status: 200, Bytes: page, Rendered: head}
				e.encode(b.Context(), &resp)
			}
		})
	}
}

// How much a stream holds while its client takes its time.
func BenchmarkFlowMemory(b *testing.B) {
	for _, coding := range []string{"gzip", "zstd"} {
		b.Run(coding, func(b *testing.B) {
			p := Press{Streams: 1 << 20}
			p.ready()
			var before, after runtime.MemStats
			var open []*http1.Response
			large := hex.EncodeToString(noise(1 << 20))
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range 16 {
				resp := &http1.Response{Request: asking("GET", coding), Status: 200, Header: html(), Stream: io.NopCloser(strings.NewReader(large))}
				(&Encoder{Press: &p}).encode(b.Context(), resp)
				if _, err := io.CopyN(io.Discard, resp.Stream, 2000); err != nil {
					b.Fatal(err)
				}
				open = append(open, resp)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/16/1024, "KiB/stream")
			for _, resp := range open {
				resp.Discard()
			}
		})
	}
}
