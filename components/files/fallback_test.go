package files

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestFallback(t *testing.T) {
	dir := site(t, map[string]string{"index.html": "app", "a.css": "css", "docs/index.html": "docs", "bare/x": "", ".env": ""})
	tree := open(t, &Tree{Dir: dir, Types: map[string]string{".own": "x/own"}})
	page := fields("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	for _, c := range []struct {
		name, method, path string
		header             http1.Header
		status             int
		body, vary         string
	}{
		{"a page of the application", "GET", "/user/1", page, 200, "app", "Accept"},
		{"its head", "HEAD", "/user/1", page, 200, "app", "Accept"},
		{"any client", "GET", "/user/1", nil, 200, "app", "Accept"},
		{"with a slash", "GET", "/user/", page, 200, "app", "Accept"},
		{"a directory without index", "GET", "/bare/", page, 200, "app", "Accept"},
		{"a dot that is no extension", "GET", "/user/john.doe", page, 200, "app", "Accept"},
		{"a page that is gone", "GET", "/old.html", page, 200, "app", "Accept"},
		{"below a file", "GET", "/a.css/x", page, 200, "app", "Accept"},
		{"a file", "GET", "/a.css", page, 200, "css", ""},
		{"another index", "GET", "/docs/", page, 200, "docs", ""},
		{"the page itself", "GET", "/index.html", page, 200, "app", ""},
		{"an asset that is gone", "GET", "/app.js", page, 404, "", ""},
		{"an asset of one's own type", "GET", "/app.OWN", page, 404, "", ""},
		{"data", "GET", "/api/user", fields("Accept", "application/json"), 404, "", "Accept"},
		{"not a page", "GET", "/user/1", fields("Accept", "*/*;q=0.5, text/html;q=0.0"), 404, "", "Accept"},
		{"anything but text", "GET", "/user/1", fields("Accept", "*/*", "Accept", "text/*;q=0"), 404, "", "Accept"},
		{"any text", "GET", "/user/1", fields("Accept", "TEXT/*"), 200, "app", "Accept"},
		{"hidden", "GET", "/.env", page, 404, "", ""},
		{"misspelled", "GET", "/a/../x", page, 404, "", ""},
		{"conditional", "GET", "/user/1", fields("If-None-Match", "*"), 304, "", "Accept"},
		{"another method", "POST", "/user/1", page, 405, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(t, &Reader{Tree: tree, Fallback: "/index.html"}, c.method, c.path, c.header)
			if got.status != c.status || got.body != c.body || got.header.Get("Vary") != c.vary {
				t.Errorf("%d %q, %v", got.status, got.body, got.header)
			}
		})
	}
	t.Run("that is not there itself", func(t *testing.T) {
		if got := ask(t, &Reader{Tree: tree, Fallback: "/none"}, "GET", "/user/1", page); got.status != 404 {
			t.Errorf("%d", got.status)
		}
	})
	t.Run("beside a listing", func(t *testing.T) {
		r := &Reader{Tree: tree, Fallback: "/index.html"}
		h := axontest.Run(t, r)
		req := &http1.Request{Method: "GET", Path: "/bare/"}
		axontest.Send(h, &r.Inbox, req)
		if got := axontest.Recv(h, &r.Directories); got != req {
			t.Errorf("%+v", got)
		}
	})
	if err := (&Reader{Tree: tree, Fallback: "index.html"}).Validate(); err == nil {
		t.Error("a fallback without a slash is fine")
	}
}

// FuzzAccept: no field and any field that names text/html with a weight allow
// pages; one that refuses it by name, and once, does not.
func FuzzAccept(f *testing.F) {
	for _, s := range []string{"", "text/html", "*/*;q=0", "text/*;q=0.5;q=0", "a/b, ;;,=", "text/html;level=1;Q=0.000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		acceptsPages(fields("Accept", accept))
		if !acceptsPages(fields("Accept", "text/html;q=0.001, "+accept)) {
			t.Errorf("%q behind text/html refuses it", accept)
		}
		if acceptsPages(fields("Accept", "text/html;q=0, "+accept)) {
			t.Errorf("%q behind a refusal allows it", accept)
		}
	})
}
