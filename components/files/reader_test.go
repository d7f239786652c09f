package files

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestReader_Conform(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"a": "a file", "large": strings.Repeat("x", 100_000)})})
	axontest.Conform(t, func() axon.Component { return &Reader{Tree: tree} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			var reqs []*http1.Request
			for _, path := range []string{"/a", "/large", "/none"} {
				reqs = append(reqs, &http1.Request{Method: "GET", Path: path})
			}
			return reqs
		}))
}

// told describes what a Reader makes of a request.
func told(t *testing.T, r *Reader, req *http1.Request) (text string, header http1.Header) {
	t.Helper()
	h := axontest.Run(t, r, axontest.Unlinked(&r.Directories))
	axontest.Send(h, &r.Inbox, req)
	h.Finish()
	for _, f := range axontest.Rest(h, &r.Failures) {
		if f.Request != req || f.Cause == nil || f.Stage != axontest.Unit || f.Close {
			t.Errorf("%+v", f)
		}
		text, header = fmt.Sprint(f.Status, " failure"), f.Header
	}
	for _, resp := range axontest.Rest(h, &r.Outbox) {
		if err := resp.Validate(); err != nil || resp.Request != req {
			t.Errorf("%+v: %v", resp, err)
		}
		body := string(resp.Bytes)
		if s := resp.File; s != nil {
			b, err := io.ReadAll(io.NewSectionReader(s.File, s.Offset, s.Size))
			if err != nil {
				t.Error(err)
			}
			_ = s.File.Close()
			body = fmt.Sprint("a section of ", len(b), " ", string(b[:2]))
		}
		text += strings.TrimSpace(fmt.Sprint(resp.Status, " ", body))
		header = resp.Header
		for line := range strings.SplitSeq(string(resp.Rendered), "\r\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				header.Add(name, value)
			}
		}
	}
	return text, header
}

func TestReader(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{
		"a.txt": "a file", "dir/index.html": "<p>index", "bare/x": "", ".hidden": "secret",
		"large.bin": strings.Repeat("x", 200_000),
	})})
	_, head := told(t, &Reader{Tree: tree}, &http1.Request{Method: "GET", Path: "/a.txt"})
	tag, date := head.Get("ETag"), head.Get("Last-Modified")
	if tag == "" || date == "" {
		t.Fatalf("no validators: %v", head)
	}
	field := func(name, value string) http1.Header { return http1.Header{{Name: name, Value: value}} }
	for _, c := range []struct {
		name, prefix, method, path, query string
		header                            http1.Header
		want, field, value                string
	}{
		{name: "a file", method: "GET", path: "/a.txt", want: "200 a file", field: "Content-Type", value: "text/plain; charset=utf-8"},
		{name: "its head", method: "HEAD", path: "/a.txt", want: "200 a file"},
		{name: "a large one", method: "GET", path: "/large.bin", want: "200 a section of 200000 xx", field: "Content-Type", value: "application/octet-stream"},
		{name: "an index", method: "GET", path: "/dir/", want: "200 <p>index", field: "Content-Type", value: "text/html; charset=utf-8"},
		{name: "a directory", method: "GET", path: "/dir", want: "301 moved to /dir/", field: "Location", value: "/dir/"},
		{name: "a directory with a query", method: "GET", path: "/dir", query: "a=b", want: "301 moved to /dir/?a=b", field: "Location", value: "/dir/?a=b"},
		{name: "below a prefix", prefix: "/site", method: "GET", path: "/site/a.txt", want: "200 a file"},
		{name: "a directory below a prefix", prefix: "/site", method: "GET", path: "/site/dir", want: "301 moved to /site/dir/", field: "Location", value: "/site/dir/"},
		{name: "the prefix", prefix: "/site", method: "GET", path: "/site", want: "301 moved to /site/", field: "Location", value: "/site/"},
		{name: "no index", method: "GET", path: "/bare/", want: "404 failure"},
		{name: "nothing", method: "GET", path: "/none", want: "404 failure"},
		{name: "hidden", method: "GET", path: "/.hidden", want: "404 failure"},
		{name: "outside", method: "GET", path: "/../secret.txt", want: "404 failure"},
		{name: "through a file", method: "GET", path: "/a.txt/b", want: "404 failure"},
		{name: "unchanged tag", method: "GET", path: "/a.txt", header: field("If-None-Match", tag), want: "304"},
		{name: "unchanged date", method: "GET", path: "/a.txt", header: field("If-Modified-Since", date), want: "304"},
		{name: "another tag", method: "GET", path: "/a.txt", header: field("If-None-Match", `"x"`), want: "200 a file"},
		{name: "lost update", method: "GET", path: "/a.txt", header: field("If-Match", `"x"`), want: "412 failure"},
		{name: "put", method: "PUT", path: "/a.txt", want: "405 failure", field: "Allow", value: "GET, HEAD, OPTIONS"},
		{name: "options", method: "OPTIONS", path: "/a.txt", want: "204", field: "Allow", value: "GET, HEAD, OPTIONS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				req := &http1.Request{Method: c.method, Path: c.path, Query: c.query, Header: c.header}
				got, header := told(t, &Reader{Tree: tree, Prefix: c.prefix}, req)
				if got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
				if c.field != "" && header.Get(c.field) != c.value {
					t.Errorf("%s: %q, want %q", c.field, header.Get(c.field), c.value)
				}
				if c.want == "304" && (header.Get("ETag") != tag || header.Get("Last-Modified") != date) {
					t.Errorf("a 304 with %v", header)
				}
			})
		})
	}
}

// A directory without an index is for who lists directories, if there is one and
// it is there still.
func TestReader_Directories(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"bare/x": ""})})
	for _, there := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := &Reader{Tree: tree}
			h := axontest.Run(t, r)
			req := &http1.Request{Method: "GET", Path: "/bare/"}
			if there {
				axontest.Send(h, &r.Inbox, req)
				if got := axontest.Recv(h, &r.Directories); got != req {
					t.Errorf("%+v", got)
				}
				return
			}
			axontest.Gone(h, &r.Directories)
			axontest.Send(h, &r.Inbox, req)
			if f := axontest.Recv(h, &r.Failures); f.Status != 404 || f.Request != req {
				t.Errorf("%+v", f)
			}
		})
	}
}

// A file that nobody takes is closed.
func TestReader_ReceiverGone(t *testing.T) {
	tree := open(t, &Tree{Dir: site(t, map[string]string{"large": strings.Repeat("x", 200_000)})})
	count := func() int {
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(fds)
	}
	before := count()
	for range 20 {
		r := &Reader{Tree: tree}
		h := axontest.Run(t, r)
		axontest.Gone(h, &r.Outbox)
		axontest.Send(h, &r.Inbox, &http1.Request{Method: "GET", Path: "/large"})
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := count(); n > before+10 { // the tree keeps a few open itself
		t.Errorf("%d files are open, %d before", n, before)
	}
}

func TestReader_Validate(t *testing.T) {
	if err := (&Reader{}).Validate(); err == nil {
		t.Error("a Reader without a Tree is fine")
	}
}

func ExampleReader() {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "hello.txt"), []byte("hello\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	tree := &Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		fmt.Println(err)
		return
	}
	defer tree.Close()
	reader, asker, printer := &Reader{Tree: tree}, &asker{}, &printer{}
	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "ASKER", Component: asker},
			{Name: "FILES", Component: reader},
			{Name: "PRINTER", Component: printer},
		},
		Links: axon.Links{
			axon.Link(&asker.Outbox, &reader.Inbox),
			axon.Link(&reader.Outbox, &printer.Inbox),
			axon.Discard(&reader.Failures),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 200 hello
}

type asker struct{ Outbox axon.Outbox[*http1.Request] }

func (a *asker) Main(ctx context.Context) error {
	return a.Outbox.Send(ctx, &http1.Request{Method: "GET", Path: "/hello.txt"})
}

type printer struct{ Inbox axon.Inbox[*http1.Response] }

func (p *printer) Main(ctx context.Context) error {
	for resp := range p.Inbox.All(ctx) {
		fmt.Printf("%d %s", resp.Status, resp.Bytes)
	}
	return nil
}
